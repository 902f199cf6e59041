package main

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
)

func (c client) openAdmin() (*kadm.Client, error) {
	opened, err := c.open()
	if err != nil {
		return nil, err
	}
	return kadm.NewClient(opened), nil
}

func (c client) createTopic(topic string, partitions int32) error {
	admin, err := c.openAdmin()
	if err != nil {
		return err
	}
	defer admin.Close()
	_, err = admin.CreateTopic(c.ctx, partitions, 1, nil, topic)
	return err
}

func waitUntil(what string, reached func() (bool, error)) error {
	for deadline := time.Now().Add(waitLimit); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if ok, err := reached(); ok || err != nil {
			return err
		}
	}
	return fmt.Errorf("waited %v for %s", waitLimit, what)
}

func offsetsOf(listed kadm.ListedOffsets, err error) (map[string]int64, error) {
	result := map[string]int64{}
	if err == nil {
		err = listed.Error()
	}
	listed.Each(func(offset kadm.ListedOffset) { result[strconv.Itoa(int(offset.Partition))] = offset.Offset })
	return result, err
}

func codeOf(err error) int {
	var known *kerr.Error
	if errors.As(err, &known) {
		return int(known.Code)
	}
	return -1
}

func (c client) adminStory(s step) (any, error) {
	admin, err := c.openAdmin()
	if err != nil {
		return nil, err
	}
	defer admin.Close()
	story := map[string]any{}
	for _, part := range []func(*kadm.Client, step, map[string]any) error{c.topics, c.configs, c.offsets, c.groups} {
		if err := part(admin, s, story); err != nil {
			return nil, err
		}
	}
	deleted, err := admin.DeleteTopic(c.ctx, s.Topic)
	if err != nil {
		return nil, errors.Join(err, deleted.Err)
	}
	return story, waitUntil("the topic's end", func() (bool, error) {
		listed, err := admin.ListTopics(c.ctx)
		return !listed.Has(s.Topic), err
	})
}

func (c client) topics(admin *kadm.Client, s step, story map[string]any) error {
	brokers, err := admin.ListBrokers(c.ctx)
	if err != nil {
		return err
	}
	story["brokers"] = len(brokers)
	hour := "3600000"
	configs := map[string]*string{"retention.ms": &hour}
	if _, err := admin.CreateTopic(c.ctx, 2, 1, configs, s.Topic); err != nil {
		return err
	}
	_, err = admin.CreateTopic(c.ctx, 2, 1, configs, s.Topic)
	story["createdAgain"] = codeOf(err)
	err = waitUntil("the topic in the list", func() (bool, error) {
		listed, err := admin.ListTopics(c.ctx)
		story["partitions"] = len(listed[s.Topic].Partitions)
		return listed.Has(s.Topic), err
	})
	if err != nil {
		return err
	}
	grown, err := admin.UpdatePartitions(c.ctx, 3, s.Topic)
	if err := errors.Join(err, grown.Error()); err != nil {
		return err
	}
	return waitUntil("three partitions", func() (bool, error) {
		listed, err := admin.ListTopics(c.ctx, s.Topic)
		return len(listed[s.Topic].Partitions) == 3, err
	})
}

func (c client) configs(admin *kadm.Client, s step, story map[string]any) error {
	retention := func() (string, error) {
		described, err := admin.DescribeTopicConfigs(c.ctx, s.Topic)
		if err != nil {
			return "", err
		}
		topic, err := described.On(s.Topic, nil)
		for _, config := range topic.Configs {
			if config.Key == "retention.ms" {
				return config.MaybeValue(), err
			}
		}
		return "", err
	}
	before, err := retention()
	if err != nil {
		return err
	}
	story["retention"] = before
	twoHours := "7200000"
	altered, err := admin.AlterTopicConfigs(c.ctx, []kadm.AlterConfig{{Op: kadm.SetConfig, Name: "retention.ms", Value: &twoHours}}, s.Topic)
	if err != nil {
		return err
	}
	if result, err := altered.On(s.Topic, nil); err != nil || result.Err != nil {
		return errors.Join(err, result.Err)
	}
	return waitUntil("the altered retention.ms", func() (bool, error) {
		value, err := retention()
		return value == twoHours, err
	})
}

func (c client) offsets(admin *kadm.Client, s step, story map[string]any) error {
	if err := errors.Join(c.sendTexts(s.Topic, 0, "a", "b", "c", "d", "e"), c.sendTexts(s.Topic, 1, "f")); err != nil {
		return err
	}
	latest, err := offsetsOf(admin.ListEndOffsets(c.ctx, s.Topic))
	if err != nil {
		return err
	}
	story["latest"] = latest
	var before kadm.Offsets
	before.AddOffset(s.Topic, 0, 2, -1)
	deleted, err := admin.DeleteRecords(c.ctx, before)
	if err := errors.Join(err, deleted.Error()); err != nil {
		return err
	}
	earliest, err := offsetsOf(admin.ListStartOffsets(c.ctx, s.Topic))
	story["earliestAfterDeletion"] = earliest
	return err
}

func (c client) groups(admin *kadm.Client, s step, story map[string]any) error {
	m, err := c.openMember(s.Topic, s.Group)
	if err != nil {
		return err
	}
	if err := settle([]*member{m}, []int{3}, 4); err != nil {
		return err
	}
	m.stop()
	listed, err := admin.ListGroups(c.ctx)
	if err != nil {
		return err
	}
	_, story["groupListed"] = listed[s.Group]
	described, err := admin.DescribeGroups(c.ctx, s.Group)
	if err := errors.Join(err, described.Error()); err != nil {
		return err
	}
	story["groupState"] = described[s.Group].State
	fetched, err := admin.FetchOffsets(c.ctx, s.Group)
	if err := errors.Join(err, fetched.Error()); err != nil {
		return err
	}
	committed := map[string]int64{}
	fetched.Each(func(offset kadm.OffsetResponse) { committed[strconv.Itoa(int(offset.Partition))] = offset.At })
	story["committed"] = committed
	_, err = admin.DeleteGroup(c.ctx, s.Group)
	story["groupDeleted"] = 0
	return err
}
