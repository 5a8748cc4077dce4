package staff

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"lianou/core"
)

const (
	argonThreads = 1
	argonKey     = 32 // bytes
	argonSalt    = 16 // bytes
)

// cost is the effort that goes into a password's hash.
type cost struct {
	memory uint32 // KiB
	passes uint32
}

// standard is OWASP's second choice for Argon2id, about 40 ms of one core.
var standard = cost{memory: 19 * 1024, passes: 2}

// light is for a password that everybody knows, and for worlds of tests, which hire a dozen people each (see
// Config.Light).
var light = cost{memory: 64, passes: 1}

// Limits of a password, in bytes and characters.
const (
	minPassword = 10
	maxPassword = 200
)

var b64 = base64.RawStdEncoding

// hash makes a PHC string of a password under a fresh salt.
func (c cost) hash(password string) (string, error) {
	salt := make([]byte, argonSalt)
	if _, err := rand.Read(salt); err != nil {
		return "", core.E(core.KindUnavailable, "random", "").Wrap(err)
	}
	key := argon2.IDKey([]byte(password), salt, c.passes, c.memory, argonThreads, argonKey)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.passes, argonThreads,
		b64.EncodeToString(salt), b64.EncodeToString(key)), nil
}

// verify compares a password with a stored hash in constant time. The stored
// parameters count, within limits, so that the cost can be raised later.
func verify(stored, password string) bool {
	var version, memory, time, threads int
	parts := strings.Split(stored, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false
	}
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &time, &threads); err != nil {
		return false
	}
	salt, errSalt := b64.DecodeString(parts[4])
	want, errKey := b64.DecodeString(parts[5])
	if errSalt != nil || errKey != nil || len(want) < 16 || memory < 8 || memory > 1<<18 || time < 1 || time > 10 || threads < 1 || threads > 8 {
		return false
	}
	got := argon2.IDKey([]byte(password), salt, uint32(time), uint32(memory), uint8(threads), uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1
}

// hasher bounds how many hashes are worked on at once: each takes 19 MiB, and a
// storm of log-ins must not take the machine.
type hasher struct {
	cost  cost
	room  chan struct{}
	dummy string // checked when there is no account, so that both take as long
}

func newHasher(c cost) (*hasher, error) {
	dummy, err := c.hash("nobody's password")
	if err != nil {
		return nil, err
	}
	return &hasher{cost: c, room: make(chan struct{}, 4), dummy: dummy}, nil
}

// matches verifies a password against a hash, or against nothing with the same
// effort when stored is "". The error is only ever a context's end.
func (h *hasher) matches(ctx context.Context, stored, password string) (bool, error) {
	select {
	case h.room <- struct{}{}:
		defer func() { <-h.room }()
	case <-ctx.Done():
		return false, core.E(core.KindUnavailable, "busy", "现在登录的人太多,请稍后再试。").Wrap(ctx.Err())
	}
	if stored == "" {
		verify(h.dummy, password)
		return false, nil
	}
	return verify(stored, password), nil
}

// checkNewPassword holds a password that somebody chooses to the rules.
func checkNewPassword(password string) error {
	if utf8.RuneCountInString(password) < minPassword || len(password) > maxPassword || !utf8.ValidString(password) {
		return core.Invalid("password", fmt.Sprintf("密码至少 %d 个字,可以用一句话。", minPassword))
	}
	if password == DemoPassword {
		return core.Invalid("password", "这是演示用的密码,不能用。")
	}
	return nil
}
