"""Writes schemas as the reference engine's transformers rewrite them: fixed ones, and random ones from a seed."""

import json
import random
import warnings
from copy import deepcopy

from pydantic_ai import profiles
from pydantic_ai.profiles import google, openai
from pydantic_ai.providers import anthropic, azure, bedrock, openrouter

TRANSFORMERS = [
    openai.OpenAIJsonSchemaTransformer,
    openai._OpenAIJsonSchemaTransformer,
    openai._GptOssJsonSchemaTransformer,
    openai._GptOssInlineDefsJsonSchemaTransformer,
    azure._AzureGrokJsonSchemaTransformer,
    profiles.InlineDefsJsonSchemaTransformer,
    google.GoogleJsonSchemaTransformer,
    openrouter._OpenRouterGoogleJsonSchemaTransformer,
    anthropic.AnthropicJsonSchemaTransformer,
    bedrock.BedrockJsonSchemaTransformer,
    bedrock._BedrockJsonSchemaTransformerWithoutContains,
    bedrock._BedrockAnthropicJsonSchemaTransformer,
]


def transformed(transformer, schema, strict):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            instance = transformer(deepcopy(schema), strict=strict)
            walked = instance.walk()
    except Exception as error:
        return {'error': type(error).__name__}
    return {'schema': walked, 'strict': instance.is_strict_compatible if strict is None else strict}


class Generator:
    """Random schemas of the kinds that tools have."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def chance(self, share):
        return self.random.random() < share

    def root(self):
        names = [f'D{i}' for i in range(self.random.choice([0, 0, 1, 2]))]
        schema = self.object(2, names)
        if names:
            schema['$defs'] = {name: self.node(1, names) for name in names}
        if self.chance(0.3):
            schema['$schema'] = 'http://json-schema.org/draft-07/schema#'
        return schema

    def node(self, depth, names):
        kinds = ['string', 'integer', 'number', 'boolean', 'enum', 'const', 'nullable']
        if depth > 0:
            kinds += ['object', 'object', 'array', 'array', 'anyOf', 'oneOf', 'allOf', 'tuple']
        if names:
            kinds += ['ref', 'ref']
        node = getattr(self, self.random.choice(kinds))(depth, names)
        if self.chance(0.2):
            node['title'] = 'A title'
        if self.chance(0.2):
            node['description'] = 'Says what it is.'
        if self.chance(0.1):
            node['default'] = None
        if self.chance(0.05):
            node['examples'] = ['x']
        return node

    def string(self, depth, names):
        node = {'type': 'string'}
        if self.chance(0.2):
            node['minLength'] = 2
        if self.chance(0.2):
            node['format'] = self.random.choice(['date', 'uri', 'email'])
        if self.chance(0.2):
            node['pattern'] = self.random.choice(['^a+$', '^(?=a)', r'\(?=', r'(a)\1', '[(?=]x'])
        return node

    def integer(self, depth, names):
        node = {'type': 'integer'}
        if self.chance(0.3):
            node['minimum'] = 1
        if self.chance(0.2):
            node['exclusiveMaximum'] = 9
        return node

    def number(self, depth, names):
        node = {'type': 'number'}
        if self.chance(0.2):
            node['multipleOf'] = 0.5
        return node

    def boolean(self, depth, names):
        return {'type': 'boolean'}

    def enum(self, depth, names):
        node = {'enum': self.random.choice([['a', 'b'], [1, 2], ['a', None]])}
        if self.chance(0.6):
            node['type'] = 'string'
        return node

    def const(self, depth, names):
        return {'const': self.random.choice(['a', 1, 1.5, True])}

    def nullable(self, depth, names):
        return {'anyOf': [{'type': 'string'}, {'type': 'null'}]}

    def object(self, depth, names):
        properties = {key: self.node(depth - 1, names) for key in self.random.sample('abcd', self.random.randrange(4))}
        node = {'type': 'object'}
        if properties or self.chance(0.7):
            node['properties'] = properties
        if self.chance(0.6):
            node['required'] = [key for key in properties if self.chance(0.8)]
        if self.chance(0.3):
            node['additionalProperties'] = self.random.choice([False, True, {'type': 'string', 'title': 'T'}])
        if self.chance(0.05):
            node['patternProperties'] = {'^x': {'type': 'string', 'title': 'T'}}
        if self.chance(0.05):
            node['propertyNames'] = {'pattern': '^a'}
        return node

    def array(self, depth, names):
        node = {'type': 'array'}
        if self.chance(0.85):
            node['items'] = self.node(depth - 1, names)
        if self.chance(0.2):
            node['uniqueItems'] = True
        if self.chance(0.2):
            node['minItems'] = self.random.choice([0, 1, 2])
        if self.chance(0.1):
            node['maxItems'] = 3
        if self.chance(0.1):
            node['contains'] = {'type': 'string', 'title': 'T'}
        return node

    def tuple(self, depth, names):
        items = [self.node(depth - 1, names) for _ in range(self.random.choice([1, 1, 2]))]
        return {'type': 'array', 'prefixItems': items, 'minItems': len(items), 'maxItems': len(items)}

    def union(self, kind, depth, names):
        return {kind: [self.node(depth - 1, names) for _ in range(self.random.choice([1, 2, 2]))]}

    def anyOf(self, depth, names):
        if self.chance(0.2):
            return {'anyOf': [{'const': value, 'description': f'The {value}.'} for value in 'xy']}
        return self.union('anyOf', depth, names)

    def oneOf(self, depth, names):
        node = self.union('oneOf', depth, names)
        if self.chance(0.3):
            node['discriminator'] = {'propertyName': 'a'}
        return node

    def allOf(self, depth, names):
        return self.union('allOf', depth, names)

    def ref(self, depth, names):
        return {'$ref': f'#/$defs/{self.random.choice(names)}'}


FIXED = [
    {},
    {'type': 'object'},
    {'type': 'object', 'properties': {}},
    {'$ref': '#/$defs/Node', '$defs': {'Node': {'type': 'object', 'properties': {'next': {'$ref': '#/$defs/Node'}}}}},
    {
        'type': 'object',
        'title': 'Tree',
        'properties': {'root': {'$ref': '#/$defs/Node', 'description': 'The root.'}},
        'required': ['root'],
        '$defs': {
            'Node': {
                'type': 'object',
                'properties': {'children': {'type': 'array', 'items': {'$ref': '#/$defs/Node'}}},
                'required': ['children'],
            }
        },
    },
    {'type': 'object', 'properties': {'a': {'type': ['string', 'null']}, 'b': {'$ref': '#/properties/a'}}},
    {'type': 'object', 'properties': {'a': True, 'b': {'type': 'array', 'items': True}}, 'required': ['a', 'b']},
    {'type': 'object', 'properties': {'n': {'type': 'object', 'additionalProperties': {'type': 'integer'}}}},
    {'anyOf': [{'type': 'object', 'properties': {'a': {'type': 'string'}}}, {'type': 'object'}]},
]


def cases(count, seed):
    generator = Generator(seed)
    schemas = FIXED + [generator.root() for _ in range(count)]
    for schema in schemas:
        results = {}
        for transformer in TRANSFORMERS:
            for strict in (None, True, False):
                results[f'{transformer.__name__} {json.dumps(strict)}'] = transformed(transformer, schema, strict)
        yield {'given': schema, 'expected': results}
