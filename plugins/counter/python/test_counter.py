"""`modullm plugins test .` looks at the protocol, this at what the plugin counts. Run it with `python3 test_counter.py`."""

import json
import subprocess
import sys
import unittest
from pathlib import Path

PLUGIN = Path(__file__).with_name("counter.py")


class CounterTest(unittest.TestCase):
    def test_it_counts_words_and_lines(self):
        command = [sys.executable, "-B", str(PLUGIN)]
        plugin = subprocess.Popen(
            command, cwd=PLUGIN.parent, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
        )

        def ask(id, method, params):
            plugin.stdin.write(json.dumps({"jsonrpc": "2.0", "id": id, "method": method, "params": params}) + "\n")
            plugin.stdin.flush()
            message = json.loads(plugin.stdout.readline())
            self.assertNotIn("error", message)
            return message["result"]

        host = {"name": "test", "version": "1"}
        ask(1, "initialize", {"protocol_version": 2, "host": host, "settings": {}, "data_folder": "."})
        result = ask(2, "tools/call", {"name": "count", "input": {"text": "one two\nthree"}})
        plugin.communicate()
        self.assertEqual(result, {"value": {"words": 3, "lines": 2}})


if __name__ == "__main__":
    unittest.main()
