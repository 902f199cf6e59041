package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// A group's member that polls by itself, keeps the values it was given and commits after each poll.
type member struct {
	consumer   *kgo.Client
	cancel     context.CancelFunc
	done       sync.WaitGroup
	mutex      sync.Mutex
	partitions []int32
	values     []string
	err        error
}

func (c client) openMember(topic, group string) (*member, error) {
	m := &member{}
	change := func(update func(partition int32)) func(context.Context, *kgo.Client, map[string][]int32) {
		return func(_ context.Context, _ *kgo.Client, changed map[string][]int32) {
			m.mutex.Lock()
			defer m.mutex.Unlock()
			for _, partition := range changed[topic] {
				update(partition)
			}
			slices.Sort(m.partitions)
		}
	}
	removed := change(func(partition int32) {
		m.partitions = slices.DeleteFunc(m.partitions, func(held int32) bool { return held == partition })
	})
	consumer, err := c.open(
		kgo.ConsumeTopics(topic),
		kgo.ConsumerGroup(group),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.DisableAutoCommit(),
		kgo.HeartbeatInterval(200*time.Millisecond),
		kgo.SessionTimeout(10*time.Second),
		kgo.OnPartitionsAssigned(change(func(partition int32) { m.partitions = append(m.partitions, partition) })),
		kgo.OnPartitionsRevoked(removed),
		kgo.OnPartitionsLost(removed),
	)
	if err != nil {
		return nil, err
	}
	m.consumer = consumer
	var ctx context.Context
	ctx, m.cancel = context.WithCancel(c.ctx)
	m.done.Add(1)
	go m.run(ctx)
	return m, nil
}

func (m *member) run(ctx context.Context) {
	defer m.done.Done()
	for ctx.Err() == nil {
		fetches := m.consumer.PollFetches(ctx)
		if ctx.Err() != nil {
			return
		}
		err := fetches.Err()
		values := []string{}
		fetches.EachRecord(func(r *kgo.Record) { values = append(values, string(r.Value)) })
		if err == nil && len(values) > 0 {
			err = m.consumer.CommitUncommittedOffsets(ctx)
		}
		m.mutex.Lock()
		m.values = append(m.values, values...)
		m.err = err
		m.mutex.Unlock()
		if err != nil {
			return
		}
	}
}

func (m *member) stop() {
	m.cancel()
	m.done.Wait()
	m.consumer.Close()
}

func (m *member) take() []string {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	taken := m.values
	m.values = nil
	slices.Sort(taken)
	return taken
}

// Waits until the members hold so many partitions each and have so many values together.
func settle(members []*member, counts []int, values int) error {
	deadline := time.Now().Add(waitLimit)
	for {
		held, received := []int{}, 0
		for _, m := range members {
			m.mutex.Lock()
			err := m.err
			held = append(held, len(m.partitions))
			received += len(m.values)
			m.mutex.Unlock()
			if err != nil {
				return err
			}
		}
		if slices.Equal(held, counts) && received >= values {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("members hold %v partitions and %d values, not %v and %d", held, received, counts, values)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// One member alone, a second joins, it leaves, and a third starts where the group stopped.
func (c client) groupStory(s step) (any, error) {
	all, half, perRound := int(s.Partitions), int(s.Partitions)/2, 5*int(s.Partitions)
	story := map[string]any{}
	if err := c.createTopic(s.Topic, s.Partitions); err != nil {
		return nil, err
	}
	round := func(name string, members []*member, counts ...int) error {
		if err := settle(members, counts, 0); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for partition := range s.Partitions {
			texts := []string{}
			for i := range 5 {
				texts = append(texts, fmt.Sprintf("%s-%d-%d", name, partition, i))
			}
			if err := c.sendTexts(s.Topic, partition, texts...); err != nil {
				return err
			}
		}
		if err := settle(members, counts, perRound); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	}

	first, err := c.openMember(s.Topic, s.Group)
	if err != nil {
		return nil, err
	}
	if err := round("alone", []*member{first}, all); err != nil {
		return nil, err
	}
	story["alone"] = first.take()

	second, err := c.openMember(s.Topic, s.Group)
	if err != nil {
		return nil, err
	}
	if err := round("shared", []*member{first, second}, half, all-half); err != nil {
		return nil, err
	}
	shared := []any{}
	for _, m := range []*member{first, second} {
		shared = append(shared, map[string]any{"partitions": slices.Clone(m.partitions), "values": m.take()})
	}
	story["shared"] = shared

	second.stop()
	if err := round("left", []*member{first}, all); err != nil {
		return nil, err
	}
	story["left"] = first.take()
	first.stop()

	third, err := c.openMember(s.Topic, s.Group)
	if err != nil {
		return nil, err
	}
	if err := round("resumed", []*member{third}, all); err != nil {
		return nil, err
	}
	story["resumed"] = third.take()
	third.stop()
	return story, nil
}
