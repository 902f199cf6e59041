"""Runs steps with kafka-python: 2.0.2, which many installations have kept, and the newest."""

import json

import kafka
import msgpack
from client_program import decode_record, encode_record, run, wait_until
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient, NewPartitions, NewTopic
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

IS_OLD = kafka.__version__.startswith("2.0.")

FORMATS = {
    "json": (lambda value: json.dumps(value).encode(), lambda data: json.loads(data)),
    "msgpack": (msgpack.packb, msgpack.unpackb),
}


class GroupMember:
    def __init__(self, bootstrap, topic, group):
        self.consumer = KafkaConsumer(
            topic,
            bootstrap_servers=bootstrap,
            group_id=group,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            heartbeat_interval_ms=200,
            session_timeout_ms=10_000,
        )

    def poll(self):
        batches = self.consumer.poll(timeout_ms=100)
        return [record.value.decode() for records in batches.values() for record in records]

    def partitions(self):
        return [assigned.partition for assigned in self.consumer.assignment()]

    def commit(self):
        self.consumer.commit()

    def close(self):
        self.consumer.close()


class Client:
    def __init__(self, bootstrap):
        self.bootstrap = bootstrap

    def open_member(self, topic, group):
        return GroupMember(self.bootstrap, topic, group)

    def producer(self, **options):
        return KafkaProducer(bootstrap_servers=self.bootstrap, acks="all", linger_ms=20, **options)

    def reader(self, **options):
        return KafkaConsumer(
            bootstrap_servers=self.bootstrap, group_id=None, auto_offset_reset="earliest", enable_auto_commit=False, **options
        )

    def create_topic(self, topic, partitions):
        admin = KafkaAdminClient(bootstrap_servers=self.bootstrap)
        admin.create_topics([NewTopic(topic, num_partitions=partitions, replication_factor=1)])
        admin.close()

    def send_texts(self, topic, texts_by_partition):
        producer = self.producer()
        for partition, texts in texts_by_partition.items():
            for text in texts:
                producer.send(topic, text.encode(), partition=partition)
        producer.flush()
        producer.close()

    def produce(self, step):
        codec = step.get("codec", "none")
        producer = self.producer(compression_type=None if codec == "none" else codec)
        futures = []
        for record in step["records"]:
            key, value, headers = decode_record(record)
            futures.append(
                producer.send(
                    step["topic"],
                    value,
                    key=key,
                    headers=headers,
                    partition=step.get("partition"),
                    timestamp_ms=record.get("timestamp"),
                )
            )
        producer.flush()
        offsets = [future.get(timeout=30).offset for future in futures]
        producer.close()
        return {"offsets": offsets}

    def read(self, step):
        """Reads the topics to their ends, without a group."""
        consumer = self.reader()
        partitions = [TopicPartition(topic, number) for topic in step["topics"] for number in consumer.partitions_for_topic(topic)]
        consumer.assign(partitions)
        ends = consumer.end_offsets(partitions)
        records = []

        def reached():
            for batch in consumer.poll(timeout_ms=200).values():
                for record in batch:
                    records.append(
                        encode_record(
                            topic=record.topic,
                            partition=record.partition,
                            offset=record.offset,
                            timestamp=record.timestamp,
                            key=record.key,
                            value=record.value,
                            headers=record.headers,
                        )
                    )
            return all(consumer.position(partition) >= end for partition, end in ends.items())

        wait_until(reached, lambda: f"the records up to {ends}, are {len(records)}")
        consumer.close()
        return {"records": records}

    def typed(self, step):
        """Values through a serializer on the way in and its deserializer on the way out."""
        serialize, deserialize = FORMATS[step["format"]]
        producer = self.producer(value_serializer=serialize)
        for value in step["values"]:
            producer.send(step["topic"], value)
        producer.close()
        consumer = KafkaConsumer(
            step["topic"],
            bootstrap_servers=self.bootstrap,
            group_id=f"{step['topic']}-readers",
            auto_offset_reset="earliest",
            value_deserializer=deserialize,
            consumer_timeout_ms=30_000,
        )
        values = []
        for record in consumer:
            values.append(record.value)
            if len(values) == len(step["values"]):
                break
        consumer.close()
        return {"values": values}

    def admin(self, step):
        topic, group = step["topic"], step["group"]
        admin = KafkaAdminClient(bootstrap_servers=self.bootstrap)
        story = {"brokers": len(admin.describe_cluster()["brokers"])}

        new_topic = NewTopic(topic, num_partitions=2, replication_factor=1, topic_configs={"retention.ms": "3600000"})
        admin.create_topics([new_topic])
        wait_until(lambda: topic in admin.list_topics(), lambda: "the topic in the list")
        try:
            admin.create_topics([new_topic])
        except KafkaError as error:
            story["createdAgain"] = error.errno
        story["partitions"] = len(admin.describe_topics([topic])[0]["partitions"])
        admin.create_partitions({topic: NewPartitions(3)})
        wait_until(lambda: len(admin.describe_topics([topic])[0]["partitions"]) == 3, lambda: "three partitions")

        story["retention"] = self.config(admin, topic, "retention.ms")
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs={"retention.ms": "7200000"})])
        wait_until(lambda: self.config(admin, topic, "retention.ms") == "7200000", lambda: "the altered retention.ms")

        self.send_texts(topic, {0: ["a", "b", "c", "d", "e"], 1: ["f"]})
        reader = self.reader()
        partitions = [TopicPartition(topic, number) for number in range(3)]
        story["latest"] = by_number(reader.end_offsets(partitions))
        if IS_OLD:
            story["earliest"] = by_number(reader.beginning_offsets(partitions))
        else:
            admin.delete_records({TopicPartition(topic, 0): 2})
            story["earliestAfterDeletion"] = by_number(reader.beginning_offsets(partitions))
        reader.close()

        self.join_and_commit(topic, group)
        if IS_OLD:
            story["groupListed"] = (group, "consumer") in admin.list_consumer_groups()
            story["groupState"] = admin.describe_consumer_groups([group])[0].state
            offsets = admin.list_consumer_group_offsets(group)
            story["groupDeleted"] = admin.delete_consumer_groups([group])[0][1].errno
        else:
            story["groupListed"] = group in [listed["group_id"] for listed in admin.list_groups()]
            story["groupState"] = admin.describe_groups([group])[group]["group_state"]
            offsets = admin.list_group_offsets(group)[group]
            story["groupDeleted"] = 0 if admin.delete_groups([group])[group] == "OK" else -1
        story["committed"] = by_number({partition: committed.offset for partition, committed in offsets.items()})

        admin.delete_topics([topic])
        wait_until(lambda: topic not in admin.list_topics(), lambda: "the topic's end")
        admin.close()
        return story

    def config(self, admin, topic, key):
        described = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
        if IS_OLD:
            return {entry[0]: entry[1] for entry in described[0].resources[0][4]}[key]
        return described["topic"][topic][key]["value"]

    def join_and_commit(self, topic, group):
        member = GroupMember(self.bootstrap, topic, group)

        def assigned():
            member.poll()
            return len(member.partitions()) == 3

        wait_until(assigned, lambda: "the group's partitions")
        extra = () if IS_OLD else (-1,)
        member.consumer.commit(
            {
                TopicPartition(topic, 0): OffsetAndMetadata(5, "note", *extra),
                TopicPartition(topic, 1): OffsetAndMetadata(1, "", *extra),
            }
        )
        member.close()


def by_number(offsets):
    return {str(partition.partition): offset for partition, offset in sorted(offsets.items())}


if __name__ == "__main__":
    run(Client)
