"""Static files by the hash of their content; by their plain names as long as nothing has been collected."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    def stored_name(self, name: str) -> str:
        """In tests and before the first start there is no manifest; addresses are then as in the source tree."""
        return super().stored_name(name) if self.hashed_files else name
