-- op: client.consents_given
-- Purposes the client agreed to and has not taken back.
-- via: engine
-- store: clients
-- in: client_id id
SELECT s.purpose FROM consents s
 WHERE s.client_id = :client_id AND s.given = 1
   AND s.id = (SELECT max(l.id) FROM consents l WHERE l.client_id = s.client_id AND l.purpose = s.purpose)
