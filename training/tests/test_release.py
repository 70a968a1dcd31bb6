"""A signed folder is whole until a byte of it changes."""

import tempfile
import unittest
from pathlib import Path

try:
    from training import release
except ImportError as missing:
    raise unittest.SkipTest("needs cryptography (apt install python3-cryptography)") from missing


class Releases(unittest.TestCase):
    def test_a_changed_file_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            models = Path(folder) / "models"
            (models / "states").mkdir(parents=True)
            (models / "a.gguf").write_bytes(b"weights")
            (models / "states" / "exec.memory").write_bytes(b"state")
            release.sign(models, release.load_key(Path(folder) / "key"))
            self.assertEqual(release.check(models), [])
            (models / "states" / "exec.memory").write_bytes(b"statf")
            self.assertEqual(release.check(models), ["states/exec.memory differs"])

    def test_a_key_inside_the_repository_is_refused(self):
        with self.assertRaises(ValueError):
            release.load_key(release.REPOSITORY / "models" / "key")


if __name__ == "__main__":
    unittest.main()
