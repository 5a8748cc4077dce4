package phone

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"
)

// Credentials are what a trunk proves itself with, beside its address.
type Credentials struct {
	User     string
	Password string
}

const (
	realm    = "lianou"
	nonceAge = 5 * time.Minute
	mostSeen = 8192 // nonces whose counts are kept
)

// keeper of nonces: each is a time under a key of this process, so that only their
// counts are kept, and only as long as they are good.
type nonces struct {
	key  [32]byte
	now  func() time.Time
	mu   sync.Mutex
	used map[string]int // highest count, by nonce
}

func newNonces(now func() time.Time) *nonces {
	n := &nonces{now: now, used: map[string]int{}}
	rand.Read(n.key[:]) // never fails (Go 1.24)
	return n
}

func (n *nonces) make() string {
	b := binary.BigEndian.AppendUint64(nil, uint64(n.now().UnixNano()))
	salt := make([]byte, 8)
	rand.Read(salt)
	b = append(b, salt...)
	return base64.RawURLEncoding.EncodeToString(append(b, n.sum(b)...))
}

func (n *nonces) sum(b []byte) []byte {
	h := hmac.New(sha256.New, n.key[:])
	h.Write(b)
	return h.Sum(nil)[:16]
}

// fresh reports whether a nonce is ours and young.
func (n *nonces) fresh(s string) bool {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) != 32 || !hmac.Equal(b[16:], n.sum(b[:16])) {
		return false
	}
	age := n.now().Sub(time.Unix(0, int64(binary.BigEndian.Uint64(b))))
	return age >= 0 && age < nonceAge
}

// count reports whether a nonce was not used with this count or a higher one: a
// message that was listened to opens nothing a second time.
func (n *nonces) count(s string, nc int) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if last, seen := n.used[s]; seen && nc <= last {
		return false
	}
	if len(n.used) >= mostSeen {
		for old := range n.used {
			if !n.fresh(old) {
				delete(n.used, old)
			}
		}
		if len(n.used) >= mostSeen {
			return false // a storm of log-ins: they may ask again in a moment
		}
	}
	n.used[s] = nc
	return true
}

// authenticate checks the digest of a request (RFC 3261 section 22); nil lets it in.
func (e *Endpoint) authenticate(req *sip.Request) *refusal {
	if e.cfg.Login.User == "" {
		return nil
	}
	h := req.GetHeader("Authorization")
	if h == nil {
		return e.challenge(false)
	}
	given, err := digest.ParseCredentials(h.Value())
	if err != nil || given.Realm != realm || given.QOP != "auth" || given.Nc <= 0 {
		return e.challenge(false)
	}
	if !e.nonces.fresh(given.Nonce) {
		return e.challenge(true)
	}
	want, err := digest.Digest(&digest.Challenge{Realm: realm, Nonce: given.Nonce, Algorithm: "MD5", QOP: []string{"auth"}},
		digest.Options{Method: string(req.Method), URI: given.URI, Username: e.cfg.Login.User, Password: e.cfg.Login.Password, Cnonce: given.Cnonce, Count: given.Nc})
	if err != nil {
		return e.challenge(false)
	}
	same := subtle.ConstantTimeCompare([]byte(given.Response), []byte(want.Response)) & subtle.ConstantTimeCompare([]byte(given.Username), []byte(e.cfg.Login.User))
	if same != 1 || !e.nonces.count(given.Nonce, given.Nc) {
		return e.challenge(false)
	}
	return nil
}

func (e *Endpoint) challenge(stale bool) *refusal {
	c := digest.Challenge{Realm: realm, Nonce: e.nonces.make(), Algorithm: "MD5", QOP: []string{"auth"}, Stale: stale}
	return &refusal{code: sip.StatusUnauthorized, reason: "Unauthorized", headers: []sip.Header{sip.NewHeader("WWW-Authenticate", c.String())}}
}
