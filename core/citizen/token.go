package citizen

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"time"

	"lianou/core"
)

// Citizen is who a valid token speaks for.
type Citizen struct {
	ID      string // account: "c" and 32 hexadecimal digits; the subject of scopes
	Session string // UUID
	Way     Way    // how the session began
	Expires time.Time
}

// Way is how somebody logged in.
type Way string

// The ways.
const (
	ByWeChat Way = "wechat"
	ByPhone  Way = "phone"
)

const (
	tokenLife  = 5 * time.Minute
	tokenGrace = 24 * time.Hour // for submitting only, while PostgreSQL is away
	tokenSkew  = 30 * time.Second
	tokenHead  = "lc1." // version: another layout gets another head
)

// ErrToken is a token that does not hold: forged, broken or too old.
var ErrToken = core.E(core.KindUnauthenticated, "login_again", "请重新登录一下,填过的还在。")

// token layout: account 16 bytes, session 16, way 1, expiry 8 (Unix seconds), then
// the Ed25519 signature of head and body; base64url without padding.
const bodySize = 16 + 16 + 1 + 8

func sign(key ed25519.PrivateKey, c Citizen) (string, error) {
	account, err1 := hex.DecodeString(strings.TrimPrefix(c.ID, "c"))
	session, err2 := hex.DecodeString(strings.ReplaceAll(c.Session, "-", ""))
	if err1 != nil || err2 != nil || len(account) != 16 || len(session) != 16 {
		return "", core.E(core.KindInternal, "token_ids", "")
	}
	body := make([]byte, 0, bodySize+ed25519.SignatureSize)
	body = append(append(body, account...), session...)
	body = append(body, wayByte(c.Way))
	body = binary.BigEndian.AppendUint64(body, uint64(c.Expires.Unix()))
	body = append(body, ed25519.Sign(key, append([]byte(tokenHead), body...))...)
	return tokenHead + base64.RawURLEncoding.EncodeToString(body), nil
}

// open checks a token's form and signature; its age is the caller's to judge.
func open(key ed25519.PublicKey, token string) (Citizen, error) {
	rest, ok := strings.CutPrefix(token, tokenHead)
	if !ok || len(rest) > 200 {
		return Citizen{}, ErrToken
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(rest)
	if err != nil || len(raw) != bodySize+ed25519.SignatureSize {
		return Citizen{}, ErrToken
	}
	body, sig := raw[:bodySize], raw[bodySize:]
	if !ed25519.Verify(key, append([]byte(tokenHead), body...), sig) {
		return Citizen{}, ErrToken
	}
	s := hex.EncodeToString(body[16:32])
	c := Citizen{
		ID:      "c" + hex.EncodeToString(body[:16]),
		Session: s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:],
		Way:     ByPhone,
		Expires: time.Unix(int64(binary.BigEndian.Uint64(body[33:])), 0),
	}
	if body[32] == 'w' {
		c.Way = ByWeChat
	}
	return c, nil
}

func wayByte(w Way) byte {
	if w == ByWeChat {
		return 'w'
	}
	return 'p'
}
