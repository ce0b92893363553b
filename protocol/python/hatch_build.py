"""Puts the daemon into the wheel."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class DaemonHook(BuildHookInterface[Any]):
    """Includes `dist/daemon` of the repository, which `npm run build` makes."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        repository = Path(self.root).parent.parent
        daemon = repository / 'dist' / 'daemon'
        if not (daemon / 'runwire.cjs').is_file():
            raise FileNotFoundError(f'There is no daemon in {daemon}; make it with `npm run build`.')
        build_data['force_include'][str(daemon)] = 'runwire/daemon'
        build_data['force_include'][str(repository / 'LICENSE')] = 'runwire/LICENSE'
