"""The base of the generated models."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Keeps the fields that it does not know: a newer daemon may send more."""

    # Building validators of models that a program never reads would be most of the import.
    model_config = ConfigDict(defer_build=True, extra='allow', protected_namespaces=())
