"""Writes `protocol.py` from `docs/schema.json`; needs `datamodel-code-generator`.

python protocol/python/generate.py [OUTPUT]
"""

import json
import sys
from pathlib import Path
from subprocess import run
from tempfile import TemporaryDirectory
from typing import Any

HERE = Path(__file__).parent
SCHEMA = HERE.parent.parent / 'docs' / 'schema.json'
OUTPUT = HERE / 'src' / 'runwire' / 'protocol.py'

OPTIONS = [
    '--input-file-type=jsonschema',
    '--output-model-type=pydantic_v2.BaseModel',
    '--target-python-version=3.10',
    '--use-type-alias',
    '--use-annotated',
    '--snake-case-field',
    '--allow-population-by-field-name',
    '--enum-field-as-literal=all',
    '--base-class=runwire._model.Model',
    '--formatters=builtin',
    '--disable-timestamp',
]


def without_open_ends(schema: Any) -> Any:
    """The base class allows further fields; the generator would write that into every class."""
    if isinstance(schema, list):
        return [without_open_ends(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    has_fields = 'properties' in schema
    return {
        key: without_open_ends(value)
        for key, value in schema.items()
        if not (has_fields and key == 'additionalProperties' and value == {})
    }


def main(output: Path) -> None:
    with TemporaryDirectory() as folder:
        schema = Path(folder) / 'schema.json'
        schema.write_text(json.dumps(without_open_ends(json.loads(SCHEMA.read_text()))))
        # In a folder of its own, where the generator finds no settings of ours for its formatting.
        program = [sys.executable, '-m', 'datamodel_code_generator', '--input=schema.json', '--output=protocol.py']
        run(program + OPTIONS, check=True, cwd=folder)
        output.write_text((Path(folder) / 'protocol.py').read_text())


if __name__ == '__main__':
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else OUTPUT)
