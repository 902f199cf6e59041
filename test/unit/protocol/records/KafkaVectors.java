import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.record.TimestampType;

/**
 * Writes the record batches that the tests read, with Apache Kafka's own classes, and reads batches that ours wrote.
 *
 *   java -cp 'KAFKA/libs/*' KafkaVectors.java > kafka-vectors.json
 *   java -cp 'KAFKA/libs/*' KafkaVectors.java FILE     (prints every record of the batches in FILE)
 *
 * Made for Kafka 4.3; older ones have these classes in org.apache.kafka.common.record.
 */
public class KafkaVectors {
    static final long TIMESTAMP = 1_790_000_000_000L;

    public static void main(String[] args) throws Exception {
        if (args.length > 0) {
            print(args[0]);
            return;
        }
        List<String> out = new ArrayList<>();
        for (CompressionType type : new CompressionType[] {
                CompressionType.NONE, CompressionType.GZIP, CompressionType.SNAPPY, CompressionType.LZ4, CompressionType.ZSTD}) {
            out.add(vector(type.name, few(type)));
            if (type != CompressionType.NONE) out.add(vector(type.name + "-large", many(type)));
        }
        out.add(vector("append-time", MemoryRecords.withRecords((byte) 2, 7L, Compression.NONE,
            TimestampType.LOG_APPEND_TIME, new SimpleRecord(TIMESTAMP, bytes("k"), bytes("v")))));
        out.add(vector("idempotent", MemoryRecords.withIdempotentRecords((byte) 2, 0L, Compression.NONE, 4_000_000_000L,
            (short) 3, Integer.MAX_VALUE - 1, 9, new SimpleRecord(TIMESTAMP, bytes("a")), new SimpleRecord(TIMESTAMP, bytes("b")),
            new SimpleRecord(TIMESTAMP, bytes("c")))));
        out.add(vector("transactional", MemoryRecords.withTransactionalRecords(Compression.NONE, 5L, (short) 1, 0,
            new SimpleRecord(TIMESTAMP, bytes("a")))));
        out.add(vector("commit-marker", MemoryRecords.withEndTransactionMarker(42L, TIMESTAMP, 6, 5L, (short) 1,
            new EndTransactionMarker(ControlRecordType.COMMIT, 11))));
        for (byte magic = 0; magic < 2; magic++) {
            out.add(vector("magic-" + magic, MemoryRecords.withRecords(magic, 3L, Compression.NONE,
                TimestampType.CREATE_TIME, new SimpleRecord(TIMESTAMP, bytes("k"), bytes("v")), new SimpleRecord(TIMESTAMP, (byte[]) null, bytes("w")))));
            out.add(vector("magic-" + magic + "-gzip", MemoryRecords.withRecords(magic, 3L, Compression.gzip().build(),
                TimestampType.CREATE_TIME, new SimpleRecord(TIMESTAMP, bytes("k"), bytes("v")))));
        }
        System.out.println("{\n" + String.join(",\n", out) + "\n}");
    }

    /** Five records that differ in what they lack. */
    static MemoryRecords few(CompressionType type) {
        Header[] headers = {new RecordHeader("trace", bytes("abc")), new RecordHeader("null", (byte[]) null), new RecordHeader("", new byte[0])};
        MemoryRecordsBuilder builder = MemoryRecords.builder(ByteBuffer.allocate(1024), Compression.of(type).build(), TimestampType.CREATE_TIME, 100L);
        builder.append(TIMESTAMP, bytes("key"), bytes("value"));
        builder.append(TIMESTAMP + 5, (byte[]) null, bytes("value without key"));
        builder.append(TIMESTAMP - 1_000_000, bytes("tombstone"), null);
        builder.append(TIMESTAMP + 40_000_000_000L, bytes("with headers"), bytes("gr\u00fc\u00dfe"), headers);
        builder.append(TIMESTAMP, new byte[0], new byte[0]);
        return builder.build();
    }

    /** 220 KB of records that compress well: several blocks of every codec. */
    static MemoryRecords many(CompressionType type) {
        MemoryRecordsBuilder builder = MemoryRecords.builder(ByteBuffer.allocate(1 << 20), Compression.of(type).build(), TimestampType.CREATE_TIME, 0L);
        for (int i = 0; i < 240; i++) builder.append(TIMESTAMP + i, bytes("key-" + i % 7), bytes("0123456789".repeat(90)));
        return builder.build();
    }

    static String vector(String name, MemoryRecords records) {
        ByteBuffer buffer = records.buffer().duplicate();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return "  \"" + name + "\": \"" + Base64.getEncoder().encodeToString(bytes) + "\"";
    }

    static void print(String file) throws Exception {
        MemoryRecords records = MemoryRecords.readableRecords(ByteBuffer.wrap(Files.readAllBytes(Path.of(file))));
        for (MutableRecordBatch batch : records.batches()) {
            batch.ensureValid();
            int count = 0;
            long checksum = 0;
            for (Record record : batch) {
                count++;
                if (record.hasKey()) checksum += record.key().hashCode();
                if (record.hasValue()) checksum += record.value().hashCode();
                if (count <= 5) System.out.println("  " + record.offset() + " " + record.timestamp() + " key=" + text(record.hasKey() ? record.key() : null)
                    + " value=" + text(record.hasValue() ? record.value() : null) + " headers=" + List.of(record.headers()));
            }
            System.out.println(batch + " count=" + count + " checksum=" + checksum);
        }
    }

    static String text(ByteBuffer buffer) {
        if (buffer == null) return "null";
        String text = StandardCharsets.UTF_8.decode(buffer.duplicate()).toString();
        return text.length() > 20 ? text.substring(0, 20) + "..." : text;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
