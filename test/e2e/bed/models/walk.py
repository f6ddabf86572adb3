"""Holds recorded exchanges with AWS services against AWS's own service models, which botocore ships.

Reads a JSON list of {service, request: {method, path, headers, body}, reply: {status, headers, body}} on stdin; prints a
JSON object: "operations", which were met, and "problems", one line each. Requests of the JSON protocols are walked in full, of the
query protocols by their operation alone. Answers are walked in full; of an error, that botocore finds its code.
"""
import json
import re
import sys
import xml.etree.ElementTree as ElementTree
from urllib.parse import parse_qs, unquote, urlsplit

import botocore.loaders
import botocore.model
import botocore.parsers

LOADER = botocore.loaders.Loader()
MODELS = {}
# One signing name, two services: the version of the query API tells them apart.
LOAD_BALANCING = {"2012-06-01": "elb", "2015-12-01": "elbv2"}


def model_of(service, request):
    if service == "elasticloadbalancing":
        service = LOAD_BALANCING[parse_qs(request["body"])["Version"][0]]
    if service not in MODELS:
        MODELS[service] = botocore.model.ServiceModel(LOADER.load_service_model(service, "service-2"), service)
    return MODELS[service]


def operation_of(model, request):
    """The operation, and the values that its path and query carry."""
    protocol = model.metadata["protocol"]
    if protocol in ("query", "ec2"):
        return model.operation_model(parse_qs(request["body"])["Action"][0]), None
    if protocol == "json":
        return model.operation_model(request["headers"]["x-amz-target"].split(".")[-1]), {}
    url = urlsplit(request["path"])
    for name in model.operation_names:
        operation = model.operation_model(name)
        template = urlsplit(operation.http["requestUri"]).path
        pattern = re.sub(r"\{(\w+)\+?\}", r"(?P<\1>[^/]+)", template)
        matched = re.fullmatch(pattern, url.path)
        if operation.http["method"] == request["method"] and matched:
            return operation, {key: unquote(value) for key, value in matched.groupdict().items()} | parse_qs(url.query)
    raise LookupError(f"no operation for {request['method']} {url.path}")


def bounds(shape, size, path):
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and size < low or high is not None and size > high:
        yield f"{path}: {size} is outside {low} to {high}"


def walk_text(shape, value, path):
    if not isinstance(value, str):
        yield f"{path}: {value!r} is no string"
        return
    yield from bounds(shape, len(value), path)
    if shape.metadata.get("enum") and value not in shape.metadata["enum"]:
        yield f"{path}: {value!r} is none of the allowed values"
    pattern = shape.metadata.get("pattern")
    try:
        if pattern and not re.search(pattern, value):
            yield f"{path}: {value!r} does not match {pattern}"
    except re.error:
        pass  # some patterns are of Java's kind


def walk(shape, value, path):
    """A value of a JSON protocol."""
    kind = shape.type_name
    if value is None:
        return
    if kind == "structure":
        names = {member.serialization.get("name", name): (name, member) for name, member in shape.members.items()}
        if not isinstance(value, dict):
            yield f"{path}: {value!r} is no structure"
            return
        for name, part in value.items():
            if name not in names:
                yield f"{path}.{name}: no such member"
            else:
                yield from walk(names[name][1], part, f"{path}.{name}")
        for name in shape.required_members:
            if shape.members[name].serialization.get("name", name) not in value:
                yield f"{path}.{name}: required, and absent"
    elif kind == "list":
        yield from bounds(shape, len(value), path)
        for part in value:
            yield from walk(shape.member, part, f"{path}[]")
    elif kind == "map":
        for name, part in value.items():
            yield from walk(shape.key, name, f"{path} key")
            yield from walk(shape.value, part, f"{path}.{name}")
    elif kind == "timestamp":
        wanted = str if shape.serialization.get("timestampFormat") == "iso8601" else (int, float)
        if not isinstance(value, wanted):
            yield f"{path}: {value!r} is no timestamp of this protocol"
    elif kind == "boolean":
        if not isinstance(value, bool):
            yield f"{path}: {value!r} is no boolean"
    elif kind in ("integer", "long", "float", "double"):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            yield f"{path}: {value!r} is no number"
    elif kind == "string":
        yield from walk_text(shape, value, path)


def local(element):
    return element.tag.split("}")[-1]


def walk_xml(shape, element, path):
    """An element of the query protocols."""
    kind = shape.type_name
    if kind == "structure":
        names = {}
        for name, member in shape.members.items():
            flattened = member.type_name == "list" and member.serialization.get("flattened")
            names[(member.member if flattened else member).serialization.get("name", member.serialization.get("name", name))] = member
        for child in element:
            if local(child) in ("ResponseMetadata", "requestId"):
                continue
            if local(child) not in names:
                yield f"{path}.{local(child)}: no such member"
                continue
            yield from walk_xml(names[local(child)], child, f"{path}.{local(child)}")
    elif kind == "list" and not shape.serialization.get("flattened"):
        item = shape.member.serialization.get("name", "member")
        for child in element:
            if local(child) != item:
                yield f"{path}.{local(child)}: list items are called {item}"
            yield from walk_xml(shape.member, child, f"{path}[]")
    elif kind in ("integer", "long"):
        if not re.fullmatch(r"-?\d+", element.text or ""):
            yield f"{path}: {element.text!r} is no whole number"
    elif kind == "boolean":
        if element.text not in ("true", "false"):
            yield f"{path}: {element.text!r} is no boolean"
    elif kind == "timestamp":
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", element.text or ""):
            yield f"{path}: {element.text!r} is no timestamp of this protocol"
    elif kind == "string":
        yield from walk_text(shape, element.text or "", path)


def judge_request(operation, given, request, path):
    shape = operation.input_shape
    if shape is None or given is None:
        return
    body = json.loads(request["body"]) if request["body"] else {}
    members = {member.serialization.get("name", name): member for name, member in shape.members.items()}
    for name, values in given.items():
        if name not in members:
            yield f"{path}: no parameter {name}"
            continue
        member = members[name]
        if member.type_name == "list":
            body[name] = values
        else:
            text = values[0] if isinstance(values, list) else values
            body[name] = {"integer": int, "boolean": lambda word: word == "true"}.get(member.type_name, str)(text)
    yield from walk(shape, body, path)


def judge_reply(model, operation, reply, path):
    shape = operation.output_shape
    protocol = model.metadata["protocol"]
    if reply["status"] >= 400:
        raw = {"body": reply["body"].encode(), "headers": reply["headers"], "status_code": reply["status"]}
        error = botocore.parsers.create_parser(protocol).parse(raw, shape)["Error"]
        if not re.fullmatch(r"[A-Za-z][\w.]+", error.get("Code", "")):
            yield f"{path}: botocore finds no error code in {reply['body'][:200]!r}"
    elif shape is None:
        return
    elif protocol in ("query", "ec2"):
        root = ElementTree.fromstring(reply["body"])
        if local(root) != f"{operation.name}Response":
            yield f"{path}: the answer is called {local(root)}"
        wrapper = shape.serialization.get("resultWrapper")
        if wrapper is not None:
            root = next((child for child in root if local(child) == wrapper), None)
        if root is None:
            yield f"{path}: no {wrapper}"
        else:
            yield from walk_xml(shape, root, path)
    else:
        yield from walk(shape, json.loads(reply["body"]), path)


def judge(exchange):
    request, reply = exchange["request"], exchange["reply"]
    model = model_of(request["service"], request)
    operation, given = operation_of(model, request)
    name = f"{model.service_name}:{operation.name}"
    problems = [*judge_request(operation, given, request, f"{name} request"), *judge_reply(model, operation, reply, f"{name} {reply['status']}")]
    return name, problems


judged = [judge(exchange) for exchange in json.load(sys.stdin)]
json.dump({"operations": sorted({name for name, _ in judged}), "problems": sorted({line for _, lines in judged for line in lines})}, sys.stdout)
