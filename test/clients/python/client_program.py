"""What the programs of the Python clients share: the loop over steps and the story of two members of a group.

A program reads one JSON object from its standard input, `{"bootstrap": "host:port", "steps": [{"do": NAME, ...}]}`,
and prints one JSON line per step. Keys, values and headers' values are base64 or null in both directions.
"""

import base64
import json
import sys
import threading
import time

WAIT_SECONDS = 60


def encode(data):
    return None if data is None else base64.b64encode(data).decode()


def decode(text):
    return None if text is None else base64.b64decode(text)


def decode_record(record):
    """A record of a step as (key, value, [(name, value)]), all bytes or None."""
    headers = [(name, decode(value)) for name, value in record.get("headers", [])]
    return decode(record.get("key")), decode(record.get("value")), headers


def encode_record(*, topic, partition, offset, timestamp, key, value, headers):
    return {
        "topic": topic,
        "partition": partition,
        "offset": offset,
        "timestamp": timestamp,
        "key": encode(key),
        "value": encode(value),
        "headers": [[name, encode(header)] for name, header in headers or []],
    }


def wait_until(reached, what):
    deadline = time.monotonic() + WAIT_SECONDS
    while not reached():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {WAIT_SECONDS} s for: {what()}")
        time.sleep(0.02)


class Member(threading.Thread):
    """A group's member with a thread of its own: polls, keeps the values it was given, commits after each poll.

    `consumer` has poll() -> list of text values, partitions() -> list of numbers, commit() and close().
    """

    def __init__(self, consumer):
        super().__init__(daemon=True)
        self.consumer = consumer
        self.values = []
        self.partitions = []
        self.error = None
        self.stopping = False
        self.start()

    def run(self):
        try:
            while not self.stopping:
                values = self.consumer.poll()
                self.partitions = sorted(self.consumer.partitions())
                if values:
                    self.consumer.commit()
                    self.values.extend(values)
            self.consumer.close()
        except BaseException as error:
            self.error = error
            raise

    def stop(self):
        self.stopping = True
        self.join(WAIT_SECONDS)
        if self.error or self.is_alive():
            raise RuntimeError(f"a member did not close: {self.error}")

    def take(self):
        taken, self.values = self.values, []
        return sorted(taken)


def group_story(client, step):
    """One member alone, a second joins, it leaves, and a third starts where the group stopped."""
    topic, group, partitions = step["topic"], step["group"], step["partitions"]
    story = {}
    client.create_topic(topic, partitions)

    def produce(round_name):
        client.send_texts(topic, {partition: [f"{round_name}-{partition}-{i}" for i in range(5)] for partition in range(partitions)})

    def settle(what, *counts):
        def state():
            return [(member.partitions, len(member.values), member.error) for member in members]

        def reached():
            for member in members:
                if member.error:
                    raise member.error
            return [len(member.partitions) for member in members] == list(counts)

        wait_until(reached, lambda: f"{what}, partitions {counts}, is {state()}")

    def received(what, count):
        wait_until(
            lambda: sum(len(member.values) for member in members) >= count,
            lambda: f"{what}, {count} records, are {[member.values for member in members]}",
        )

    first = Member(client.open_member(topic, group))
    members = [first]
    settle("alone", partitions)
    produce("alone")
    received("alone", 5 * partitions)
    story["alone"] = first.take()

    second = Member(client.open_member(topic, group))
    members.append(second)
    settle("shared", partitions // 2, partitions - partitions // 2)
    produce("shared")
    received("shared", 5 * partitions)
    story["shared"] = [{"partitions": member.partitions, "values": member.take()} for member in members]

    second.stop()
    members.pop()
    settle("left", partitions)
    produce("left")
    received("left", 5 * partitions)
    story["left"] = first.take()
    first.stop()

    produce("resumed")
    members[:] = [Member(client.open_member(topic, group))]
    received("resumed", 5 * partitions)
    story["resumed"] = members[0].take()
    members[0].stop()
    return story


def run(client_class):
    request = json.load(sys.stdin)
    client = client_class(request["bootstrap"])
    for step in request["steps"]:
        if step["do"] == "group":
            result = group_story(client, step)
        else:
            result = getattr(client, step["do"])(step)
        print(json.dumps(result), flush=True)
