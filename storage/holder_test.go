package storage_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"parley/storage"
)

// holdVariable makes this test program a server that holds the store of that URL until it is killed.
const holdVariable = "PARLEY_TEST_HOLD"

// idleHold stands before the URL for a holder that says nothing.
const idleHold = "idle "

func TestMain(m *testing.M) {
	if url := os.Getenv(holdVariable); url != "" {
		hold(url)
	}
	os.Exit(m.Run())
}

func hold(url string) {
	url, idle := strings.CutPrefix(url, idleHold)
	store, err := storage.Open(context.Background(), url, generous, storage.Self{}, zap.NewNop())
	if err == nil && !idle {
		err = holderSays(store, "kept")
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("holds")
	select {}
}

// holderSays makes the account holder, who says something in the lobby.
func holderSays(store storage.Store, text string) error {
	b := storage.Batch{At: time.Now(), Asks: []storage.Ask{create("Holder")}}
	if err := store.Commit(context.Background(), &b); err != nil {
		return err
	}
	b.Asks = []storage.Ask{{Kind: storage.Say, Account: b.Verdicts[0].Account, To: storage.LobbyName, Text: []byte(text)}}
	err := store.Commit(context.Background(), &b)
	return errors.Join(err, b.Verdicts[0].Err)
}

// startHolder returns when another process holds the store.
func startHolder(t *testing.T, url string) *exec.Cmd {
	t.Helper()
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), holdVariable+"="+url)
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { command.Process.Kill(); command.Wait() })
	line, _ := bufio.NewReader(output).ReadString('\n')
	if line != "holds\n" {
		t.Fatalf("the holder says %q", line)
	}
	return command
}

func TestSecondServerIsRefusedUntilTheFirstIsKilled(t *testing.T) {
	url := kinds[0].url(t)
	holder := startHolder(t, url)
	wantOpenError(t, url, "another parley server is using", "stop it first")
	holder.Process.Kill() // -9
	holder.Wait()
	wantFollows(t, openFor(t, url, generous))
}

// TestRedisServesManyAtOnce has a second server come while the first one runs, and a third one when it was killed.
func TestRedisServesManyAtOnce(t *testing.T) {
	url := kinds[1].url(t)
	holder := startHolder(t, url)
	second := openFor(t, url, generous)
	if n := len(second.nodes()); n != 2 {
		t.Fatalf("there are %d nodes", n)
	}
	holder.Process.Kill() // -9
	holder.Wait()
	wantFollows(t, openFor(t, url, generous))
}

// wantFollows wants what the holder has said to be kept.
func wantFollows(t *testing.T, c chat) {
	t.Helper()
	messages, _, err := c.History(soon(t), c.lobbyThread(), storage.Range{Limit: 9})
	if err != nil || len(messages) != 1 || string(messages[0].Text) != "kept" {
		t.Fatalf("got %+v %v", messages, err)
	}
	if number := c.post("holder", "#lobby", "next"); number <= messages[0].Number {
		t.Fatalf("number %d after %d", number, messages[0].Number)
	}
}

func TestServerMayFollowAtOnce(t *testing.T) {
	url := kinds[0].url(t)
	for range 2 {
		c := open(t, url, generous)
		wantOpenError(t, url, "another parley server is using")
		c.Close()
	}
}

// wantOpenError wants the store refused with a sentence that holds these words.
func wantOpenError(t *testing.T, url string, words ...string) {
	t.Helper()
	store, err := storage.Open(soon(t), url, generous, storage.Self{}, zap.NewNop())
	if err == nil {
		store.Close()
		t.Fatal("it was opened")
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Fatalf("%q does not say %q", err, word)
		}
	}
}
