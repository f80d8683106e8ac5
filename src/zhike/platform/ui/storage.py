"""Static files by the hash of their content; by their plain names as long as nothing has been collected."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    def stored_name(self, name: str) -> str:
        """The hashed name; the plain one as long as the file has not been collected (in tests, before the start)."""
        path, mark, rest = name.partition("#")
        return f"{self.hashed_files.get(self.hash_key(self.clean_name(path)), path)}{mark}{rest}"
