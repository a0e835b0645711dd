"""`modullm plugins test .` looks at the protocol, this at what the plugin says. Run it with `python3 test_echo.py`."""

import json
import subprocess
import sys
import unittest
from pathlib import Path

PLUGIN = Path(__file__).with_name("echo.py")


class EchoTest(unittest.TestCase):
    def test_it_answers_with_the_last_message(self):
        command = [sys.executable, "-B", str(PLUGIN)]
        plugin = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")

        def ask(id, method, params):
            """Asks, and gives the text of the parts that come before the answer."""
            plugin.stdin.write(json.dumps({"jsonrpc": "2.0", "id": id, "method": method, "params": params}) + "\n")
            plugin.stdin.flush()
            text = ""
            while True:
                message = json.loads(plugin.stdout.readline())
                self.assertNotIn("error", message)
                if message.get("id") == id:
                    return text
                text += message["params"]["part"].get("text", "")

        host = {"name": "test", "version": "1"}
        ask(1, "initialize", {"protocol_version": 1, "host": host, "settings": {}, "data_folder": "."})
        messages = [{"role": "user", "content": "Hello, world"}]
        text = ask(2, "chat", {"model": "words", "messages": messages, "params": {}, "schema": None, "stream": True})
        plugin.communicate()
        self.assertEqual(text, "Hello, world")


if __name__ == "__main__":
    unittest.main()
