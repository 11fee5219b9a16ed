package storage

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// This file is what is shown of nodes, and of who is on them.

func (s *redisStore) Alone() bool { return s.others.Load() == 0 }

func (s *redisStore) Status() Status { return s.outage.status(s.others.Load()+1, s.behind.Load()) }

// otherNodes returns the ids of the other nodes.
func (s *redisStore) otherNodes(ctx context.Context) ([]string, error) {
	ids, err := s.client.ZRange(ctx, leasesKey, 0, -1).Result()
	own := *s.id.Load()
	return slices.DeleteFunc(ids, func(id string) bool { return id == own }), err
}

func (s *redisStore) Elsewhere(ctx context.Context, accounts []ID) ([]Present, error) {
	return reading(ctx, s, func(ctx context.Context) (list []Present, err error) {
		nodes, err := s.otherNodes(ctx)
		if err != nil || accounts != nil && len(accounts) == 0 {
			return nil, err
		}
		for _, node := range nodes {
			values, err := s.presentOn(ctx, node, accounts)
			if err != nil {
				return nil, err
			}
			for account, value := range values {
				p, err := presentOf(account, value)
				if err != nil {
					return nil, err
				}
				list = append(list, p)
			}
		}
		slices.SortFunc(list, func(x, y Present) int { return cmp.Compare(x.Account, y.Account) })
		return list, s.addAway(ctx, list)
	})
}

// presentOn reads who is online on a node: of some accounts, or with nil of all.
func (s *redisStore) presentOn(ctx context.Context, node string, accounts []ID) (map[ID]string, error) {
	found := map[ID]string{}
	if accounts == nil {
		values, err := s.client.HGetAll(ctx, onlinePrefix+node).Result()
		for account, value := range values {
			found[idOf(account)] = value
		}
		return found, err
	}
	for some := range slices.Chunk(accounts, 1000) {
		values, err := s.client.HMGet(ctx, onlinePrefix+node, idTexts(some)...).Result()
		if err != nil {
			return nil, err
		}
		for i, value := range values {
			if text, ok := value.(string); ok {
				found[some[i]] = text
			}
		}
	}
	return found, nil
}

func idTexts(ids []ID) []string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = idText(id)
	}
	return texts
}

// addAway adds what these say about being away.
func (s *redisStore) addAway(ctx context.Context, list []Present) error {
	if len(list) == 0 {
		return nil
	}
	away, err := s.client.HGetAll(ctx, awayKey).Result()
	for i := range list {
		if text, ok := away[idText(list[i].Account)]; ok {
			list[i].Away = &text
		}
	}
	return err
}

func (s *redisStore) Here(ctx context.Context, rooms []ID) ([]int, error) {
	return reading(ctx, s, func(ctx context.Context) ([]int, error) {
		counts := make([]int, len(rooms))
		if len(rooms) == 0 {
			return counts, nil
		}
		values, err := s.client.HMGet(ctx, hereKey, idTexts(rooms)...).Result()
		for i, value := range values {
			counts[i] = int(numberOf(value))
		}
		return counts, err
	})
}

func (s *redisStore) Nodes(ctx context.Context) ([]Node, error) {
	return reading(ctx, s, func(ctx context.Context) (list []Node, err error) {
		leases, err := s.client.ZRangeWithScores(ctx, leasesKey, 0, -1).Result()
		if err != nil {
			return nil, err
		}
		now, err := s.client.Time(ctx).Result()
		if err != nil {
			return nil, err
		}
		for _, lease := range leases {
			id, _ := lease.Member.(string)
			node, err := s.readNode(ctx, id)
			if errors.Is(err, redis.Nil) {
				continue // it has just left
			}
			if err != nil {
				return nil, err
			}
			silent := now.Sub(time.UnixMilli(int64(lease.Score)).Add(-leaseTime))
			node.Silent = max(0, silent.Truncate(100*time.Millisecond))
			list = append(list, node)
		}
		slices.SortFunc(list, func(x, y Node) int { return cmp.Or(x.Started.Compare(y.Started), strings.Compare(x.ID, y.ID)) })
		return list, nil
	})
}

func (s *redisStore) readNode(ctx context.Context, id string) (Node, error) {
	pipe := s.client.Pipeline()
	text, accounts, sessions := pipe.HGet(ctx, nodesKey, id), pipe.HLen(ctx, onlinePrefix+id), pipe.HGet(ctx, nodePrefix+id, "sessions")
	pipe.Exec(ctx)
	if err := text.Err(); err != nil {
		return Node{}, err
	}
	var told said
	err := json.Unmarshal([]byte(text.Val()), &told)
	count, _ := strconv.Atoi(sessions.Val())
	return Node{
		Self: Self{told.Address, told.Version}, ID: id, Format: told.Format, Started: told.Started,
		Accounts: int(accounts.Val()), Sessions: count, This: id == *s.id.Load(),
	}, err
}

func (s *redisStore) Take(ctx context.Context, what string, burst int, each time.Duration) (time.Duration, error) {
	return reading(ctx, s, func(ctx context.Context) (time.Duration, error) {
		wait, err := takeScript.Run(ctx, s.client, nil, what, burst, max(1, each.Milliseconds())).Int64()
		return time.Duration(wait) * time.Millisecond, err
	})
}
