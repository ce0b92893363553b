"""Parses each sample with what datamodel-code-generator made of the schema, and writes it again."""
import importlib
import json
import sys

model = importlib.import_module("runwire_model")
for line in sys.stdin:
    type_name, value = json.loads(line)
    parsed = getattr(model, type_name).model_validate(value)
    print(parsed.model_dump_json(by_alias=True, exclude_unset=True))
