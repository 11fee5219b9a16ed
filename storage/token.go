package storage

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
)

// Token lets a program log in as an account without its password.
type Token struct {
	Hash  string // of the secret: see TokenHash
	Note  string
	At    time.Time // when it was made
	Until time.Time // when it ends
}

// TokenHash is what a store keeps of a token's secret: its SHA-256, which is enough for a secret that was made at random.
func TokenHash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// ID is what the owner calls it by: the beginning of the hash.
func (t *Token) ID() string { return strings.Clone(t.Hash[:8]) } // without the rest of it in memory

// Ended reports whether it holds no longer.
func (t *Token) Ended(now time.Time) bool { return !now.Before(t.Until) }
