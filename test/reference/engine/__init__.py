"""Plays golden scenarios on the installed Pydantic AI: the reference that the TypeScript engine is compared with."""
