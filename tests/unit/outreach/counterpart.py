#!/usr/bin/env python3
"""A mail server and an SMS/webhook gateway for the tests: takes what comes, writes it down, fails when told.

usage: counterpart.py LOG FAIL_FIRST
Prints "SMTP_PORT HTTP_PORT". LOG gets a JSON line a message. The first FAIL_FIRST messages are refused
for the moment (451, 503), as a busy server does. Ends when its standard input does.
"""
import json
import socketserver
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

log_path, fail_left = sys.argv[1], int(sys.argv[2])
lock = threading.Lock()


def fail_now():
    global fail_left
    with lock:
        fail_left -= 1
        return fail_left >= 0


def note(entry):
    with lock, open(log_path, "a", encoding="utf-8") as f:
        f.write(json.dumps(entry, ensure_ascii=False) + "\n")


class Smtp(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write((text + "\r\n").encode())

    def handle(self):
        mail = {"kind": "mail", "to": []}
        self.say("220 counterpart")
        while line := self.rfile.readline().decode("utf-8", "replace").strip():
            verb = line[:4].upper()
            if verb == "EHLO":
                self.say("250 counterpart")
            elif verb == "MAIL":
                mail["from"] = line
                self.say("250 ok")
            elif verb == "RCPT":
                if "nobody@" in line:
                    self.say("550 no such user")
                else:
                    mail["to"].append(line)
                    self.say("250 ok")
            elif verb == "DATA":
                self.data(mail)
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def data(self, mail):
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline().decode("utf-8", "replace").rstrip("\r\n")) != ".":
            lines.append(line)
        if fail_now():
            self.say("451 busy")
            return
        note({**mail, "data": "\n".join(lines)})
        self.say("250 taken")


class Http(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        if fail_now():
            self.answer(503, "{}")
            return
        if self.path.startswith("/refuse"):
            self.answer(400, "{}")
            return
        note({"kind": "http", "path": self.path, "headers": dict(self.headers), "body": body})
        self.answer(200, '{"Code":"OK"}')

    def answer(self, status, text):
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *args):
        pass


class Threaded(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


smtp = Threaded(("127.0.0.1", 0), Smtp)
http = ThreadingHTTPServer(("127.0.0.1", 0), Http)
for server in (smtp, http):
    threading.Thread(target=server.serve_forever, daemon=True).start()
print(smtp.server_address[1], http.server_address[1], flush=True)
sys.stdin.read()
