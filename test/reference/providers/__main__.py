"""Writes what the reference engine has for providers as vectors: `python -m providers FOLDER`, from the folder above."""

import json
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

from . import profiles, schemas

RANDOM_SCHEMAS, SEED = 24, 7


def write(folder, name, cases):
    text = json.dumps({'engine': version('pydantic-ai-slim'), **cases}, ensure_ascii=False, separators=(',', ':'))
    (folder / f'{name}.json').write_text(text + '\n')


def main():
    warnings.simplefilter('ignore')
    folder = Path(sys.argv[1])
    write(folder, 'profiles', profiles.vectors())
    write(folder, 'schemas', {'seed': SEED, 'cases': list(schemas.cases(RANDOM_SCHEMAS, SEED))})


main()
