import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import kafka.server.KafkaConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.server.config.DynamicBrokerConfig;
import org.apache.kafka.server.config.QuotaConfig;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * What Apache Kafka knows of its configuration, as lines of fields separated by tabs.
 * "definitions" lists every key: scope, name, type, default, importance, internal, dynamic mode.
 * "synonyms" lists what stands in for a key of a topic or a group: scope, name, broker's keys.
 * "values" reads lines "scope, name, value" and tells for each what becomes of the value: ok with its text, or the error.
 */
public class KafkaConfigFacts {
    private static final String TAB = "\t";

    private static Map<String, ConfigDef> definitions() {
        Map<String, ConfigDef> all = new TreeMap<>();
        all.put("broker", KafkaConfig.configDef());
        all.put("dynamic", QuotaConfig.brokerQuotaConfigs());
        all.put("group", GroupConfig.CONFIG_DEF);
        all.put("topic", LogConfig.configDefCopy());
        return all;
    }

    private static String escape(String text) {
        return text.replace("\\", "\\\\").replace("\n", "\\n").replace(TAB, "\\t");
    }

    private static String unescape(String text) {
        return text.replace("\\t", TAB).replace("\\n", "\n").replace("\\\\", "\\");
    }

    private static String text(Object value, ConfigDef.Type type) {
        return value == null ? "(null)" : ConfigDef.convertToString(value, type);
    }

    private static void listDefinitions() {
        Map<String, String> modes = DynamicBrokerConfig.dynamicConfigUpdateModes();
        definitions().forEach((scope, definition) -> {
            for (ConfigDef.ConfigKey key : new TreeMap<>(definition.configKeys()).values()) {
                String value = key.hasDefault() ? text(key.defaultValue, key.type) : "(required)";
                System.out.println(String.join(TAB, scope, key.name, key.type.name(), escape(value),
                    key.importance.name(), String.valueOf(key.internalConfig), modes.getOrDefault(key.name, "read-only")));
            }
        });
    }

    private static void listSynonyms() {
        ServerTopicConfigSynonyms.ALL_TOPIC_CONFIG_SYNONYMS.forEach((name, synonyms) ->
            System.out.println("topic" + TAB + name + TAB + String.join(",", synonyms.stream().map(s -> s.name()).toList())));
        GroupConfig.ALL_GROUP_CONFIG_SYNONYMS.forEach((name, synonym) ->
            System.out.println("group" + TAB + name + TAB + synonym.orElse("")));
    }

    private static String judge(ConfigDef.ConfigKey key, String value) {
        try {
            Object parsed = new ConfigDef().define(key).parse(Map.of(key.name, value)).get(key.name);
            return "ok" + TAB + escape(text(parsed, key.type));
        } catch (Exception error) {
            return "error" + TAB + escape(String.valueOf(error.getMessage()));
        }
    }

    private static void judgeValues() throws Exception {
        Map<String, ConfigDef> all = definitions();
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] fields = line.split(TAB, -1);
            System.out.println(judge(all.get(fields[0]).configKeys().get(fields[1]), unescape(fields[2])));
        }
    }

    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "definitions" -> listDefinitions();
            case "synonyms" -> listSynonyms();
            case "values" -> judgeValues();
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }
}
