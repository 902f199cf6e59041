import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Runs steps with Java's clients. Reads one JSON object from standard input,
 * {"bootstrap": "host:port", "steps": [{"do": "produce" | "read", ...}]}, and prints one JSON line per step.
 * Keys, values and headers' values are base64 or null in both directions.
 */
public final class MatrixClient {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long WAIT_MS = 60_000;

    public static void main(String[] args) throws Exception {
        JsonNode request = JSON.readTree(System.in);
        String bootstrap = request.get("bootstrap").asText();
        for (JsonNode step : request.get("steps")) {
            ObjectNode answer = switch (step.get("do").asText()) {
                case "produce" -> produce(bootstrap, step);
                case "read" -> read(bootstrap, step);
                default -> throw new IllegalArgumentException("unknown step " + step.get("do"));
            };
            System.out.println(JSON.writeValueAsString(answer));
        }
    }

    private static byte[] bytes(JsonNode text) {
        return text == null || text.isNull() ? null : Base64.getDecoder().decode(text.asText());
    }

    private static ObjectNode produce(String bootstrap, JsonNode step) throws Exception {
        Map<String, Object> config = Map.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap,
            ProducerConfig.COMPRESSION_TYPE_CONFIG, step.get("codec").asText(),
            ProducerConfig.LINGER_MS_CONFIG, 20);
        String topic = step.get("topic").asText();
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (var producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (JsonNode each : step.get("records")) {
                var record = new ProducerRecord<>(
                    topic, null, each.get("timestamp").asLong(), bytes(each.get("key")), bytes(each.get("value")));
                for (JsonNode header : each.get("headers")) {
                    record.headers().add(header.get(0).asText(), bytes(header.get(1)));
                }
                sent.add(producer.send(record));
            }
        }
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode offsets = answer.putArray("offsets");
        for (Future<RecordMetadata> each : sent) offsets.add(each.get().offset());
        return answer;
    }

    private static ObjectNode read(String bootstrap, JsonNode step) {
        Map<String, Object> config = Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap,
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode records = answer.putArray("records");
        try (var consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = new ArrayList<>();
            for (JsonNode topic : step.get("topics")) {
                consumer.partitionsFor(topic.asText())
                    .forEach(info -> partitions.add(new TopicPartition(info.topic(), info.partition())));
            }
            consumer.assign(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long deadline = System.currentTimeMillis() + WAIT_MS;
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                if (System.currentTimeMillis() > deadline) {
                    throw new IllegalStateException(records.size() + " records after " + WAIT_MS + " ms, ends " + ends);
                }
                consumer.poll(Duration.ofMillis(200)).forEach(record -> records.add(toJson(record)));
            }
        }
        return answer;
    }

    private static ObjectNode toJson(ConsumerRecord<byte[], byte[]> record) {
        ObjectNode node = JSON.createObjectNode()
            .put("topic", record.topic())
            .put("partition", record.partition())
            .put("offset", record.offset())
            .put("timestamp", record.timestamp())
            .put("key", record.key())
            .put("value", record.value());
        ArrayNode headers = node.putArray("headers");
        for (Header header : record.headers()) headers.addArray().add(header.key()).add(header.value());
        return node;
    }
}
