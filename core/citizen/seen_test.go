package citizen

import (
	"crypto/ed25519"
	"errors"
	"testing"
	"time"
)

// TestSeenTokensStillAge: a token whose signature was checked before is refused
// once it is old, and one that differs in its last character was never checked.
// The control is returning the remembered citizen before looking at the clock.
func TestSeenTokensStillAge(t *testing.T) {
	t.Parallel()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	c := &Citizens{public: public, now: func() time.Time { return now }}
	token, err := sign(private, Citizen{ID: "c0123456789abcdef0123456789abcdef", Session: "01234567-89ab-4def-8123-456789abcdef", Way: ByPhone, Expires: now.Add(tokenLife)})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if who, err := c.Verify(token); err != nil || who.ID != "c0123456789abcdef0123456789abcdef" {
			t.Fatalf("a good token: %v, %v", who, err)
		}
	}
	forged := []byte(token)
	forged[len(forged)-10] ^= 1
	if _, err := c.Verify(string(forged)); !errors.Is(err, ErrToken) {
		t.Errorf("a forged twin of a seen token: %v", err)
	}
	now = now.Add(tokenLife + time.Second)
	if _, err := c.Verify(token); !errors.Is(err, ErrToken) {
		t.Errorf("a seen token that is too old: %v", err)
	}
	if _, err := c.VerifyForSubmit(token); err != nil {
		t.Errorf("a seen token in its day of grace: %v", err)
	}
}
