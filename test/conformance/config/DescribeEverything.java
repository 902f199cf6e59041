import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;

/**
 * Does to a broker what the lines of standard input say, fields by tabs. Argument: bootstrap server.
 * "create, topic" makes a topic; "describe, resource type, name" prints every setting with its synonyms; "resource type,
 * name, key, value, operation" changes a setting and prints the answer.
 */
public class DescribeEverything {
    private static final String TAB = "\t";

    private static String text(String value) {
        return value == null ? "(null)" : value.replace("\n", "\\n");
    }

    private static ConfigResource resource(String type, String name) {
        return new ConfigResource(ConfigResource.Type.valueOf(type), name);
    }

    private static void set(Admin admin, String[] fields) throws Exception {
        AlterConfigOp.OpType type = AlterConfigOp.OpType.valueOf(fields[4]);
        AlterConfigOp change = new AlterConfigOp(new ConfigEntry(fields[2], fields[3]), type);
        Map<ConfigResource, Collection<AlterConfigOp>> changes = Map.of(resource(fields[0], fields[1]), List.of(change));
        String answer = "ok";
        try {
            admin.incrementalAlterConfigs(changes).all().get();
        } catch (java.util.concurrent.ExecutionException error) {
            answer = error.getCause().getClass().getSimpleName() + TAB + text(error.getCause().getMessage());
        }
        System.out.println(String.join(TAB, "answer", fields[0], fields[1], fields[2], text(fields[3]), fields[4], answer));
    }

    private static void describe(Admin admin, ConfigResource resource) throws Exception {
        DescribeConfigsOptions options = new DescribeConfigsOptions().includeSynonyms(true).includeDocumentation(true);
        TreeMap<String, ConfigEntry> entries = new TreeMap<>();
        admin.describeConfigs(List.of(resource), options).values().get(resource).get().entries()
            .forEach(entry -> entries.put(entry.name(), entry));
        for (ConfigEntry entry : entries.values()) {
            String synonyms = String.join(";", entry.synonyms().stream()
                .map(s -> s.source() + " " + s.name() + "=" + text(s.value())).toList());
            System.out.println(String.join(TAB, "entry", resource.type().name(), resource.name(), entry.name(),
                text(entry.value()), entry.source().name(), entry.type().name(), String.valueOf(entry.isReadOnly()),
                String.valueOf(entry.isSensitive()), synonyms));
        }
    }

    public static void main(String[] arguments) throws Exception {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", arguments[0]);
        List<String> lines = Arrays.asList(new String(System.in.readAllBytes(), "UTF-8").split("\n"));
        try (Admin admin = Admin.create(properties)) {
            for (String line : lines) {
                String[] fields = line.split(TAB, -1);
                switch (fields[0]) {
                    case "create" -> admin.createTopics(List.of(new NewTopic(fields[1], 1, (short) 1))).all().get();
                    case "describe" -> describe(admin, resource(fields[1], fields[2]));
                    default -> set(admin, fields);
                }
            }
        }
    }
}
