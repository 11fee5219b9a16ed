package storage

import "context"

// Guests who are left over from a node that has ended out of order are online nowhere when the others have buried it. Who is online can change between
// the lookup and the run, and no version tells of it; so the run expects what was found.

func (k *redisRecords) countGuests() (int, error) {
	guests, err := k.ids(guestsKey)
	return len(guests), err
}

func (k *redisRecords) isLeftOver(guest ID) (bool, error) {
	left, err := k.offline([]ID{guest}, 1)
	return len(left) == 1, err
}

func (k *redisRecords) leftGuests() ([]ID, error) {
	guests, err := k.ids(guestsKey)
	if err != nil || len(guests) == 0 {
		return nil, err
	}
	return k.offline(guests, maxLeftGuests)
}

// offline returns those who have no session on any node, some of them at most.
func (k *redisRecords) offline(accounts []ID, most int) (left []ID, err error) {
	nodes, err := k.store.link.conn.HMGet(k.ctx, whereKey, idTexts(accounts)...).Result()
	for i, on := range nodes {
		if on == nil && len(left) < most {
			left = append(left, accounts[i])
			k.expect = append(k.expect, expected{whereKey, idText(accounts[i]), ""})
		}
	}
	return left, err
}

func (k *redisRecords) eraseAccount(p *person) error {
	k.do = append(k.do,
		command{"DEL", accountKey(p.id), inboxKey(p.id), pairsKey(p.id)},
		command{"HDEL", namesKey, p.key}, command{"HDEL", expiredKey, idText(p.id)})
	if p.guest {
		k.do = append(k.do, command{"SREM", guestsKey, idText(p.id)})
	}
	k.touched = append(k.touched, touch{kind: 'p', account: p.id})
	return nil
}

func (s *redisStore) Guests(ctx context.Context) ([]ID, error) {
	return reading(ctx, s, func(ctx context.Context) (list []ID, err error) {
		members, err := s.client.SMembers(ctx, guestsKey).Result()
		for _, member := range members {
			list = append(list, idOf(member))
		}
		return list, err
	})
}
