// Produces numbered records with an idempotent producer while its broker is killed and started again, until a line
// comes in on standard input; then reads everything back and prints one JSON object with what it found.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

const (
	partitions = 3
	padding    = 200
	inFlight   = 2_000
	quietLimit = 60 * time.Second
)

type verdict struct {
	Acknowledged int      `json:"acknowledged"`
	Failed       int      `json:"failed"`
	Read         int      `json:"read"`
	Faults       []string `json:"faults"`
}

type acknowledged struct {
	mutex   sync.Mutex
	offsets [partitions]map[int]int64
	failed  []string
}

func main() {
	bootstrap := flag.String("bootstrap", "", "host:port")
	topic := flag.String("topic", "", "the topic to make, fill and read")
	flag.Parse()
	if err := run(*bootstrap, *topic); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(bootstrap, topic string) error {
	ctx := context.Background()
	producer, err := kgo.NewClient(
		kgo.SeedBrokers(bootstrap),
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.DefaultProduceTopic(topic),
		kgo.RequiredAcks(kgo.AllISRAcks()),
		kgo.MaxBufferedRecords(inFlight),
		kgo.ProducerLinger(2*time.Millisecond),
		kgo.RetryBackoffFn(func(int) time.Duration { return 20 * time.Millisecond }),
	)
	if err != nil {
		return err
	}
	defer producer.Close()
	if _, err := kadm.NewClient(producer).CreateTopic(ctx, partitions, 1, nil, topic); err != nil {
		return err
	}
	fmt.Println("ready")

	acks := produceUntilTold(ctx, producer)
	found, err := readBack(ctx, bootstrap, topic, acks)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(found)
}

// Each partition gets the numbers 0, 1, 2 ... in order.
func produceUntilTold(ctx context.Context, producer *kgo.Client) *acknowledged {
	told := make(chan struct{})
	go func() {
		bufio.NewReader(os.Stdin).ReadString('\n')
		close(told)
	}()
	acks := &acknowledged{}
	for p := range acks.offsets {
		acks.offsets[p] = map[int]int64{}
	}
	go acks.report(told)
	filler := strings.Repeat("x", padding)
	for number := 0; ; number++ {
		select {
		case <-told:
			if err := producer.Flush(ctx); err != nil {
				acks.failed = append(acks.failed, err.Error())
			}
			return acks
		default:
		}
		for p := int32(0); p < partitions; p++ {
			record := &kgo.Record{Partition: p, Value: []byte(strconv.Itoa(number) + " " + filler)}
			producer.Produce(ctx, record, func(r *kgo.Record, err error) {
				acks.mutex.Lock()
				defer acks.mutex.Unlock()
				if err != nil {
					acks.failed = append(acks.failed, err.Error())
					return
				}
				acks.offsets[r.Partition][number] = r.Offset
			})
		}
		time.Sleep(200 * time.Microsecond)
	}
}

func (a *acknowledged) count() int {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	sum := 0
	for _, offsets := range a.offsets {
		sum += len(offsets)
	}
	return sum
}

// Says how far it has come, so that whoever kills the broker knows that there is load.
func (a *acknowledged) report(told <-chan struct{}) {
	for last := 0; ; time.Sleep(20 * time.Millisecond) {
		select {
		case <-told:
			return
		default:
		}
		if now := a.count(); now != last {
			last = now
			fmt.Println("acknowledged", now)
		}
	}
}

func readBack(ctx context.Context, bootstrap, topic string, acks *acknowledged) (*verdict, error) {
	consumer, err := kgo.NewClient(
		kgo.SeedBrokers(bootstrap),
		kgo.ConsumeTopics(topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
	)
	if err != nil {
		return nil, err
	}
	defer consumer.Close()
	found := &verdict{Failed: len(acks.failed), Faults: []string{}}
	fault := func(format string, args ...any) {
		if len(found.Faults) < 20 {
			found.Faults = append(found.Faults, fmt.Sprintf(format, args...))
		}
	}
	for _, reason := range acks.failed {
		fault("a record failed: %s", reason)
	}
	for _, offsets := range acks.offsets {
		found.Acknowledged += len(offsets)
	}
	var next [partitions]int
	for found.Read < found.Acknowledged {
		polling, cancel := context.WithTimeout(ctx, quietLimit)
		fetches := consumer.PollFetches(polling)
		cancel()
		if fetches.NumRecords() == 0 {
			fault("nothing more came within %s, %d of %d read", quietLimit, found.Read, found.Acknowledged)
			return found, nil
		}
		fetches.EachRecord(func(r *kgo.Record) {
			found.Read++
			number, _ := strconv.Atoi(strings.SplitN(string(r.Value), " ", 2)[0])
			if number != next[r.Partition] {
				fault("partition %d offset %d: %d where %d must be", r.Partition, r.Offset, number, next[r.Partition])
			}
			if offset, ok := acks.offsets[r.Partition][number]; !ok || offset != r.Offset {
				fault("partition %d: %d at offset %d, acknowledged at %d", r.Partition, number, r.Offset, offset)
			}
			next[r.Partition] = number + 1
		})
	}
	return found, nil
}
