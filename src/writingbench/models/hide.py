"""What identifies the user to a server is never written down, whatever the server says of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from writingbench.models.endpoints import Endpoint
from writingbench.records import Reply

SECRET = 6  # characters: what is shorter is no secret ("x", "EMPTY"), and texts hold it by chance


@dataclass(frozen=True, slots=True)
class Hide:
    """Takes the secrets of an endpoint out of what comes from its server."""

    secrets: tuple[str, ...]

    @classmethod
    def of(cls, endpoint: Endpoint) -> Hide:
        """For what comes from this endpoint."""
        return cls(tuple(secret for secret in endpoint.secrets if len(secret) >= SECRET))

    def content(self, content: bytes) -> bytes:
        """An answer as it came. First of all, because words are cut to length later, which could halve a key."""
        for secret in self.secrets:
            content = content.replace(secret.encode(), b"***")
        return content

    def words(self, words: str) -> str:
        """Words that were decoded: JSON has more than one spelling for some characters."""
        for secret in self.secrets:
            words = words.replace(secret, "***")
        return words

    def error(self, error: BaseException) -> str:
        """The words of an error, on one line: those of a broken answer may hold anything, what we sent included."""
        return " ".join(self.words(str(error)).split())[:300]

    def reply(self, reply: Reply) -> Reply:
        """A reply that was decoded."""
        texts = (reply.text, reply.reasoning, reply.model)
        if not any(secret in text for secret in self.secrets for text in texts):
            return reply
        text, reasoning, model = map(self.words, texts)
        return replace(reply, text=text, reasoning=reasoning, model=model)
