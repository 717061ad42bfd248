-- op: org.uproot
-- Empty the copy of the tree, to be written anew.
-- via: engine
-- store: clients
DELETE FROM org_tree
