package storage_test

import (
	"strings"
	"testing"

	"parley/storage"
	"parley/storage/storagetest"
)

// TestDoctorOfRedis damages a store in each way that is checked: words are a check and a command of Redis, in which names in braces are IDs.
func TestDoctorOfRedis(t *testing.T) {
	for _, words := range []string{
		"names HDEL parley:names bob",
		"names HSET parley:names nobody 777",
		"rooms HDEL parley:rooms #den",
		"rooms HSET parley:rooms #none 777",
		"lobby EVAL return{redis.call('DEL','parley:room:{#lobby}'),redis.call('HDEL','parley:rooms','#lobby')} 0",
		"looks HDEL parley:looks #den",
		"looks HSET parley:looks #none 777",
		"looks HSET parley:room:{#den} look #lobby",
		"members HDEL parley:member:{bob} {#lobby}",
		"members HDEL parley:members:{#lobby} {bob}",
		"members HSET parley:member:777 {#lobby} 1_0_1",
		"members HSET parley:members:777 {bob} 1_0",
		"empty SADD parley:empty {#den}",
		"empty DEL parley:members:{#den} parley:member:{alice}",
		"invites SREM parley:invited:{#den} {bob}",
		"invites SADD parley:invited:{#den} {carol}",
		"invites HSET parley:invites:{bob} 777 {}",
		"orphans SADD parley:blocks:777 {bob}",
		"orphans HSET parley:tokens:777 hash 1_1_note",
		"orphans SADD parley:pairs:777 {bob}",
		"orphans RPUSH parley:inbox:777 5_5_x:1_x",
		"orphans RPUSH parley:thread:777 5_5_x:1_x",
		"orphans RPUSH parley:thread:776-777 5_5_x:1_x",
		"orphans HSET parley:expired 777 1",
		"orphans HSET parley:sanctions:777 ban_x 0_0_{}",
		"ends DEL parley:ending",
		"ends ZADD parley:tokens-ending 5 777_hash",
		"ends DEL parley:onces-at",
		"guests SADD parley:guests {bob}",
		"guests HSET parley:account:{bob} guest 1",
		"lists RPUSH parley:thread:{#lobby} nonsense",
		"lists RPUSH parley:inbox:{bob} 5_5_x:1_early",
		"pairs DEL parley:pairs:{bob}",
		"last-number HSET parley:state last 7",
		"nodes HSET parley:online:dead.1 {bob} 1",
		"nodes HSET parley:nodes dead.1 {}",
		"nodes ZADD parley:leases 5 dead.1",
		"presence HSET parley:where {bob} dead.1",
		"presence HSET parley:away {bob} gone",
		"presence HSET parley:here {#den} 3",
	} {
		t.Run(words, func(t *testing.T) {
			server := storagetest.StartRedis(t)
			ward(t, server.URL())
			wantHealthy(t, server.URL())
			check, command, _ := strings.Cut(words, " ")
			send(t, server, withIDs(t, server, command))
			wantMended(t, server.URL(), check)
			wantWorks(t, server.URL())
		})
	}
}

// withIDs writes IDs in the place of names in braces.
func withIDs(t *testing.T, server *storagetest.Redis, command string) string {
	ctx := t.Context()
	for _, index := range []string{"parley:names", "parley:rooms"} {
		for name, id := range server.Client.HGetAll(ctx, index).Val() {
			command = strings.ReplaceAll(command, "{"+name+"}", id)
		}
	}
	return command
}

func send(t *testing.T, server *storagetest.Redis, command string) {
	t.Helper()
	var words []any
	for word := range strings.FieldsSeq(command) {
		words = append(words, strings.ReplaceAll(word, "_", " "))
	}
	if err := server.Client.Do(t.Context(), words...).Err(); err != nil {
		t.Fatal(err)
	}
}

// TestDoctorOfRedisFindsWhatNobodyMends: it is told what to do.
func TestDoctorOfRedisFindsWhatNobodyMends(t *testing.T) {
	for _, words := range []string{
		"type SET parley:pairs:777 x",
		"names HSET parley:account:777 key bob",
		"format HSET parley:state format 5",
	} {
		t.Run(words, func(t *testing.T) {
			server := storagetest.StartRedis(t)
			ward(t, server.URL())
			check, command, _ := strings.Cut(words, " ")
			send(t, server, command)
			list := examine(t, server.URL(), false)
			for _, f := range list {
				if f.Check == check && f.Advice != "" && !strings.Contains(f.Advice, "--mend") {
					return
				}
			}
			t.Errorf("the doctor finds %+v", list)
		})
	}
	server := storagetest.StartRedis(t)
	if _, err := storage.Examine(soon(t), server.URL(), storage.Checkup{}, nop); err == nil || !strings.Contains(err.Error(), "there is no store") {
		t.Errorf("an empty database: %v", err)
	}
}
