"""Runs steps with confluent-kafka, the Python binding of librdkafka."""

from client_program import decode_record, encode_record, run, wait_until
from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
    ResourceType,
)


class GroupMember:
    def __init__(self, bootstrap, topic, group):
        self.consumer = Consumer(
            {
                "bootstrap.servers": bootstrap,
                "group.id": group,
                "auto.offset.reset": "earliest",
                "enable.auto.commit": False,
                "heartbeat.interval.ms": 200,
                "session.timeout.ms": 10_000,
            }
        )
        self.consumer.subscribe([topic])

    def poll(self):
        records = self.consumer.consume(num_messages=100, timeout=0.1)
        for record in records:
            if record.error():
                raise KafkaException(record.error())
        return [record.value().decode() for record in records]

    def partitions(self):
        return [assigned.partition for assigned in self.consumer.assignment()]

    def commit(self):
        self.consumer.commit(asynchronous=False)

    def close(self):
        self.consumer.close()


class Client:
    def __init__(self, bootstrap):
        self.bootstrap = bootstrap

    def open_member(self, topic, group):
        return GroupMember(self.bootstrap, topic, group)

    def create_topic(self, topic, partitions):
        admin = AdminClient({"bootstrap.servers": self.bootstrap})
        admin.create_topics([NewTopic(topic, num_partitions=partitions, replication_factor=1)])[topic].result()

    def send_texts(self, topic, texts_by_partition):
        producer = Producer({"bootstrap.servers": self.bootstrap})
        for partition, texts in texts_by_partition.items():
            for text in texts:
                producer.produce(topic, text.encode(), partition=partition)
        producer.flush()

    def produce(self, step):
        options = {
            "bootstrap.servers": self.bootstrap,
            "compression.type": step.get("codec", "none"),
            "linger.ms": 20,
            "enable.idempotence": step.get("idempotent", False),
        }
        producer = Producer(options)
        offsets = []

        def on_delivery(error, message):
            if error:
                raise KafkaException(error)
            offsets.append(message.offset())

        for record in step["records"]:
            key, value, headers = decode_record(record)
            more = {"timestamp": record.get("timestamp", 0)}
            if step.get("partition") is not None:
                more["partition"] = step["partition"]
            producer.produce(step["topic"], value, key, headers=headers, on_delivery=on_delivery, **more)
        producer.flush()
        return {"offsets": offsets}

    def read(self, step):
        """Reads the topics to their ends, without a group's offsets."""
        consumer = Consumer(
            {
                "bootstrap.servers": self.bootstrap,
                "group.id": "never-joined",
                "enable.auto.commit": False,
                "auto.offset.reset": "error",
                "enable.partition.eof": False,
            }
        )
        metadata = consumer.list_topics().topics
        partitions = [TopicPartition(topic, number, 0) for topic in step["topics"] for number in metadata[topic].partitions]
        expected = sum(consumer.get_watermark_offsets(partition)[1] for partition in partitions)
        consumer.assign(partitions)
        records = []

        def reached():
            for message in consumer.consume(num_messages=500, timeout=0.2):
                if message.error():
                    raise KafkaException(message.error())
                records.append(
                    encode_record(
                        topic=message.topic(),
                        partition=message.partition(),
                        offset=message.offset(),
                        timestamp=message.timestamp()[1],
                        key=message.key(),
                        value=message.value(),
                        headers=message.headers(),
                    )
                )
            return len(records) >= expected

        wait_until(reached, lambda: f"{expected} records, are {len(records)}")
        consumer.close()
        return {"records": records}

    def admin(self, step):
        topic, group = step["topic"], step["group"]
        admin = AdminClient({"bootstrap.servers": self.bootstrap})
        story = {"brokers": len(admin.describe_cluster().result().nodes)}

        new_topic = NewTopic(topic, num_partitions=2, replication_factor=1, config={"retention.ms": "3600000"})
        admin.create_topics([new_topic])[topic].result()
        wait_until(lambda: topic in admin.list_topics().topics, lambda: "the topic in the list")
        try:
            admin.create_topics([new_topic])[topic].result()
        except KafkaException as error:
            story["createdAgain"] = error.args[0].code()
        story["partitions"] = len(admin.list_topics(topic).topics[topic].partitions)
        admin.create_partitions([NewPartitions(topic, 3)])[topic].result()
        wait_until(lambda: len(admin.list_topics(topic).topics[topic].partitions) == 3, lambda: "three partitions")

        story["retention"] = self.config(admin, topic, "retention.ms")
        entry = ConfigEntry("retention.ms", "7200000", incremental_operation=AlterConfigOpType.SET)
        for future in admin.incremental_alter_configs([ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])]).values():
            future.result()
        wait_until(lambda: self.config(admin, topic, "retention.ms") == "7200000", lambda: "the altered retention.ms")

        self.send_texts(topic, {0: ["a", "b", "c", "d", "e"], 1: ["f"]})
        story["latest"] = self.offsets(admin, topic, OffsetSpec.latest())
        for future in admin.delete_records([TopicPartition(topic, 0, 2)]).values():
            future.result()
        story["earliestAfterDeletion"] = self.offsets(admin, topic, OffsetSpec.earliest())

        self.join_and_commit(topic, group)
        story["groupListed"] = group in [listed.group_id for listed in admin.list_consumer_groups().result().valid]
        story["groupState"] = admin.describe_consumer_groups([group])[group].result().state.name.capitalize()
        committed = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])[group].result()
        story["committed"] = {
            str(partition.partition): partition.offset for partition in sorted(committed.topic_partitions, key=lambda each: each.partition)
        }
        admin.delete_consumer_groups([group])[group].result()
        story["groupDeleted"] = 0

        admin.delete_topics([topic])[topic].result()
        wait_until(lambda: topic not in admin.list_topics().topics, lambda: "the topic's end")
        return story

    def config(self, admin, topic, key):
        resource = ConfigResource(ResourceType.TOPIC, topic)
        return admin.describe_configs([resource])[resource].result()[key].value

    def offsets(self, admin, topic, spec):
        found = admin.list_offsets({TopicPartition(topic, number): spec for number in range(3)})
        by_number = {partition.partition: future.result().offset for partition, future in found.items()}
        return {str(number): by_number[number] for number in sorted(by_number)}

    def join_and_commit(self, topic, group):
        member = GroupMember(self.bootstrap, topic, group)

        def assigned():
            member.poll()
            return len(member.partitions()) == 3

        wait_until(assigned, lambda: "the group's partitions")
        member.consumer.commit(offsets=[TopicPartition(topic, 0, 5), TopicPartition(topic, 1, 1)], asynchronous=False)
        member.close()


if __name__ == "__main__":
    run(Client)
