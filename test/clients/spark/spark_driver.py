"""A Spark driver that runs steps against a broker.

Its one argument is a JSON object: {"bootstrap": "host:port", "jars": [...], "folder": "...", "steps": [{"do": NAME, ...}]}.
Each step prints one line `ANSWER {...}`; Spark's console sink prints between them. A step `follow` never ends: the
driver is meant to be killed in it.
"""

import glob
import json
import os
import sys
import time

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

WAIT_SECONDS = 120
TEXTS = ("CAST(key AS STRING) AS key", "CAST(value AS STRING) AS value")


def answer(result):
    print("ANSWER " + json.dumps(result), flush=True)


def rows(frame, *order):
    return [row.asDict(recursive=True) for row in frame.orderBy(*order).collect()]


def wait_until(reached, what):
    deadline = time.monotonic() + WAIT_SECONDS
    while not reached():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {WAIT_SECONDS} s for {what}")
        time.sleep(0.1)


class Driver:
    def __init__(self, request):
        self.bootstrap = request["bootstrap"]
        self.folder = request["folder"]
        builder = SparkSession.builder.master("local[2]").appName("test")
        settings = {
            "spark.jars": ",".join(request["jars"]),
            "spark.ui.enabled": "false",
            "spark.sql.shuffle.partitions": "2",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.extraJavaOptions": f"-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Djava.io.tmpdir={self.folder}",
            "spark.local.dir": os.path.join(self.folder, "local"),
            "spark.ui.showConsoleProgress": "false",
            "spark.sql.warehouse.dir": os.path.join(self.folder, "warehouse"),
            "spark.sql.session.timeZone": "UTC",
        }
        for key, value in settings.items():
            builder = builder.config(key, value)
        self.spark = builder.getOrCreate()
        self.spark.sparkContext.setLogLevel("ERROR")

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def read(self, topic, **options):
        return self.spark.read.format("kafka").options(**self.kafka(topic, **options)).load()

    def read_stream(self, topic, **options):
        return self.spark.readStream.format("kafka").options(**self.kafka(topic, **options)).load()

    def kafka(self, topic, **options):
        return {"kafka.bootstrap.servers": self.bootstrap, "subscribe": topic, **options}

    def batch(self, step):
        """Reads a part of a topic in every way that a batch query has."""
        topic = step["topic"]
        between = self.read(
            topic,
            startingOffsets=json.dumps({topic: {"0": 2, "1": -2}}),
            endingOffsets=json.dumps({topic: {"0": 5, "1": -1}}),
        )
        timed = {"startingTimestamp": str(step["from"]), "endingTimestamp": str(step["to"])}
        headers = self.read(topic, includeHeaders="true").where("partition = 0 AND offset = 0")
        split = self.read(topic, minPartitions="6").withColumn("task", F.spark_partition_id())
        unsplit = self.read(topic).withColumn("task", F.spark_partition_id())
        millis = "CAST(CAST(timestamp AS DOUBLE) * 1000 AS LONG) AS timestamp"
        answer(
            {
                "between": rows(between.selectExpr("partition", "offset", *TEXTS), "partition", "offset"),
                "timed": rows(self.read(topic, **timed).selectExpr("partition", "offset", millis), "partition", "offset"),
                "headers": rows(headers.selectExpr("transform(headers, h -> struct(h.key, CAST(h.value AS STRING) AS value)) AS headers"), "headers"),
                "tasksSplit": split.select("task").distinct().count(),
                "countSplit": split.count(),
                "tasksUnsplit": unsplit.select("task").distinct().count(),
            }
        )

    def write(self, step):
        """Writes keys, values, headers and partitions from a frame and reads them back."""
        topic = step["topic"]
        frame = self.spark.range(20).selectExpr(
            "CONCAT('k', id) AS key",
            "IF(id = 7, NULL, CONCAT('v', id)) AS value",
            "ARRAY(NAMED_STRUCT('key', 'number', 'value', CAST(CAST(id AS STRING) AS BINARY))) AS headers",
            "CAST(id % 2 AS INT) AS partition",
        )
        frame.write.format("kafka").options(**self.kafka(topic)).option("topic", topic).option("includeHeaders", "true").save()
        back = self.read(topic, includeHeaders="true")
        answer(rows(back.selectExpr("partition", "offset", *TEXTS, "CAST(headers[0].value AS STRING) AS header"), "partition", "offset"))

    def memory(self, step):
        """A stream to the memory sink: what is there, then what comes while it runs."""
        topic = step["topic"]
        stream = self.read_stream(topic, startingOffsets="earliest").selectExpr("partition", "offset", *TEXTS)
        query = stream.writeStream.format("memory").queryName("seen").trigger(processingTime="100 milliseconds").start()
        query.processAllAvailable()
        before = self.spark.table("seen").count()
        more = self.spark.range(5).selectExpr("CONCAT('live', id) AS value", "0 AS partition")
        more.write.format("kafka").options(**self.kafka(topic)).option("topic", topic).save()
        wait_until(lambda: self.spark.table("seen").count() >= before + 5, "the records that came while the stream ran")
        query.stop()
        answer({"before": before, "live": rows(self.spark.table("seen").where("value LIKE 'live%'").select("offset", "value"), "offset")})

    def streams(self, step):
        """A stream from a point in time in several tasks, by a pattern of topics, to the console."""
        topic = step["topic"]
        timed = self.read_stream(topic, startingTimestamp=str(step["from"]), minPartitions="4").selectExpr("partition", "offset")
        timed.writeStream.format("memory").queryName("timed").trigger(availableNow=True).start().awaitTermination()
        options = {"kafka.bootstrap.servers": self.bootstrap, "subscribePattern": step["pattern"], "startingOffsets": "earliest"}
        pattern = self.spark.readStream.format("kafka").options(**options).load().groupBy("topic").count()
        pattern.writeStream.format("memory").queryName("topics").outputMode("complete").trigger(once=True).start().awaitTermination()
        console = self.read_stream(topic, startingOffsets="earliest").selectExpr(*TEXTS)
        console.writeStream.format("console").option("numRows", 100).trigger(once=True).start().awaitTermination()
        answer({"timed": rows(self.spark.table("timed"), "partition", "offset"), "topics": rows(self.spark.table("topics"), "topic")})

    def csv(self, step):
        """CSV files to a topic, with a checkpoint: a second run sends only what a second file brought."""
        topic = step["topic"]
        os.makedirs(self.path("csv"))
        seen = []
        for number, lines in enumerate(step["files"]):
            with open(self.path("csv", f"{number}.csv"), "w", encoding="utf-8") as file:
                file.write("\n".join(lines) + "\n")
            frame = self.spark.readStream.schema("id INT, name STRING, price DOUBLE").csv(self.path("csv"))
            values = frame.selectExpr("CAST(id AS STRING) AS key", "to_json(struct(*)) AS value")
            writer = values.writeStream.format("kafka").options(**self.kafka(topic)).option("topic", topic)
            writer.option("checkpointLocation", self.path("csv-checkpoint")).trigger(availableNow=True).start().awaitTermination()
            seen.append(rows(self.read(topic).selectExpr("offset", *TEXTS), "offset"))
        answer(seen)

    def file_sink(self, topic, trigger):
        stream = self.read_stream(topic, startingOffsets="earliest", maxOffsetsPerTrigger="40")
        texts = stream.selectExpr("partition", "offset", "CAST(value AS STRING) AS value")
        return (
            texts.writeStream.format("json")
            .option("path", self.path("sink"))
            .option("checkpointLocation", self.path("sink-checkpoint"))
            .trigger(**trigger)
            .start()
        )

    def follow(self, step):
        """A stream of small batches to files, which tells its progress until it is killed."""
        query = self.file_sink(step["topic"], {"processingTime": "0 seconds"})
        told = -1
        while True:
            if query.exception():
                raise query.exception()
            committed = [int(name) for name in map(os.path.basename, glob.glob(self.path("sink-checkpoint", "commits", "*"))) if name.isdigit()]
            if max(committed, default=-1) > told:
                told = max(committed)
                answer({"batch": told})
            time.sleep(0.02)

    def finish(self, step):
        """Goes on with the files where the killed drivers stopped, to the end of the topic."""
        self.file_sink(step["topic"], {"availableNow": True}).awaitTermination()
        answer(rows(self.spark.read.schema("partition INT, offset LONG, value STRING").json(self.path("sink")), "partition", "offset"))

    def run(self, steps):
        for step in steps:
            getattr(self, step["do"])(step)
        self.spark.stop()


if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    Driver(asked).run(asked["steps"])
