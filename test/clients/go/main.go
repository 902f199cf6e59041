// Runs steps with franz-go. It reads one JSON object from its standard input, {"bootstrap": "host:port",
// "steps": [{"do": NAME, ...}]}, and prints one JSON line per step. Keys, values and headers' values are base64 or
// null in both directions.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

const waitLimit = 60 * time.Second

type request struct {
	Bootstrap string `json:"bootstrap"`
	Steps     []step `json:"steps"`
}

type step struct {
	Do         string   `json:"do"`
	Topic      string   `json:"topic"`
	Topics     []string `json:"topics"`
	Partition  *int32   `json:"partition"`
	Partitions int32    `json:"partitions"`
	Group      string   `json:"group"`
	Codec      string   `json:"codec"`
	Records    []record `json:"records"`
}

// A nil slice is null and an empty one is "", in JSON as in Kafka.
type record struct {
	Topic     string   `json:"topic"`
	Partition int32    `json:"partition"`
	Offset    int64    `json:"offset"`
	Timestamp int64    `json:"timestamp"`
	Key       []byte   `json:"key"`
	Value     []byte   `json:"value"`
	Headers   []header `json:"headers"`
}

type header struct {
	name  string
	value []byte
}

func (h header) MarshalJSON() ([]byte, error) {
	return json.Marshal([]any{h.name, h.value})
}

func (h *header) UnmarshalJSON(data []byte) error {
	return json.Unmarshal(data, &[]any{&h.name, &h.value})
}

type client struct {
	bootstrap string
	ctx       context.Context
}

func (c client) open(options ...kgo.Opt) (*kgo.Client, error) {
	return kgo.NewClient(append(options, kgo.SeedBrokers(c.bootstrap), kgo.MetadataMinAge(100*time.Millisecond))...)
}

var codecs = map[string]kgo.CompressionCodec{
	"":       kgo.NoCompression(),
	"none":   kgo.NoCompression(),
	"gzip":   kgo.GzipCompression(),
	"snappy": kgo.SnappyCompression(),
	"lz4":    kgo.Lz4Compression(),
	"zstd":   kgo.ZstdCompression(),
}

func (c client) produce(s step) (any, error) {
	codec, known := codecs[s.Codec]
	if !known {
		return nil, fmt.Errorf("unknown codec %q", s.Codec)
	}
	options := []kgo.Opt{
		kgo.ProducerBatchCompression(codec),
		kgo.ProducerLinger(20 * time.Millisecond),
		kgo.AllowAutoTopicCreation(),
		kgo.UnknownTopicRetries(20),
	}
	if s.Partition != nil {
		options = append(options, kgo.RecordPartitioner(kgo.ManualPartitioner()))
	}
	producer, err := c.open(options...)
	if err != nil {
		return nil, err
	}
	defer producer.Close()
	var records []*kgo.Record
	for _, each := range s.Records {
		sent := &kgo.Record{Topic: s.Topic, Key: each.Key, Value: each.Value}
		if s.Partition != nil {
			sent.Partition = *s.Partition
		}
		if each.Timestamp > 0 {
			sent.Timestamp = time.UnixMilli(each.Timestamp)
		}
		for _, h := range each.Headers {
			sent.Headers = append(sent.Headers, kgo.RecordHeader{Key: h.name, Value: h.value})
		}
		records = append(records, sent)
	}
	results := producer.ProduceSync(c.ctx, records...)
	if err := results.FirstErr(); err != nil {
		return nil, err
	}
	offsets := []int64{}
	for _, result := range results {
		offsets = append(offsets, result.Record.Offset)
	}
	return map[string]any{"offsets": offsets}, nil
}

func (c client) sendTexts(topic string, partition int32, texts ...string) error {
	sent := step{Topic: topic, Partition: &partition}
	for _, text := range texts {
		sent.Records = append(sent.Records, record{Value: []byte(text)})
	}
	_, err := c.produce(sent)
	return err
}

// Reads the topics to their ends, without a group.
func (c client) read(s step) (any, error) {
	admin, err := c.openAdmin()
	if err != nil {
		return nil, err
	}
	defer admin.Close()
	ends, err := admin.ListEndOffsets(c.ctx, s.Topics...)
	if err != nil {
		return nil, err
	}
	expected := int64(0)
	for _, partitions := range ends {
		for _, end := range partitions {
			if end.Err != nil {
				return nil, end.Err
			}
			expected += end.Offset
		}
	}
	consumer, err := c.open(kgo.ConsumeTopics(s.Topics...), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		return nil, err
	}
	defer consumer.Close()
	records := []record{}
	for int64(len(records)) < expected {
		fetches := consumer.PollFetches(c.ctx)
		if err := fetches.Err(); err != nil {
			return nil, fmt.Errorf("%d of %d records: %w", len(records), expected, err)
		}
		fetches.EachRecord(func(r *kgo.Record) { records = append(records, received(r)) })
	}
	return map[string]any{"records": records}, nil
}

func received(r *kgo.Record) record {
	result := record{
		Topic: r.Topic, Partition: r.Partition, Offset: r.Offset, Timestamp: r.Timestamp.UnixMilli(),
		Key: r.Key, Value: r.Value, Headers: []header{},
	}
	for _, h := range r.Headers {
		result.Headers = append(result.Headers, header{h.Key, h.Value})
	}
	return result
}

func (c client) run(s step) (any, error) {
	switch s.Do {
	case "produce":
		return c.produce(s)
	case "read":
		return c.read(s)
	case "group":
		return c.groupStory(s)
	case "admin":
		return c.adminStory(s)
	}
	return nil, fmt.Errorf("unknown step %q", s.Do)
}

func runAll() error {
	var asked request
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		return err
	}
	for _, s := range asked.Steps {
		ctx, cancel := context.WithTimeout(context.Background(), 2*waitLimit)
		result, err := client{asked.Bootstrap, ctx}.run(s)
		cancel()
		if err != nil {
			return fmt.Errorf("%s: %w", s.Do, err)
		}
		if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
			return err
		}
	}
	return nil
}

func main() {
	if err := runAll(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
