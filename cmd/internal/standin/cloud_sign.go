package standin

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	tc3Scheme = "TC3-HMAC-SHA256"
	tc3Skew   = 5 * time.Minute
)

var tc3Header = regexp.MustCompile(`^TC3-HMAC-SHA256 Credential=([^/]+)/(\d{4}-\d{2}-\d{2})/([a-z0-9]+)/tc3_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$`)

// authenticate verifies a request's TC3-HMAC-SHA256 signature over the bytes
// that arrived, as the documentation of "Signature v3" describes it.
func (c *cloud) authenticate(r *http.Request, body []byte, product string) error {
	m := tc3Header.FindStringSubmatch(r.Header.Get("Authorization"))
	if m == nil {
		return refuse("AuthFailure.InvalidAuthorization", "The Authorization header is missing or malformed.")
	}
	id, date, service, signed, signature := m[1], m[2], m[3], m[4], m[5]
	key, known := c.cfg.Keys[id]
	if !known {
		return refuse("AuthFailure.SecretIdNotFound", "The SecretId is not found.")
	}
	stamp := r.Header.Get("X-TC-Timestamp")
	sec, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return refuse("InvalidParameter", "X-TC-Timestamp is not a number.")
	}
	if d := c.now().Sub(time.Unix(sec, 0)); d > tc3Skew || d < -tc3Skew {
		return refuse("AuthFailure.SignatureExpire", "The signature is expired: the timestamp is more than five minutes off.")
	}
	names := strings.Split(signed, ";")
	if !slices.Contains(names, "host") || !slices.Contains(names, "content-type") ||
		service != product || date != time.Unix(sec, 0).UTC().Format(time.DateOnly) {
		return refuse("AuthFailure.SignatureFailure", "The signed headers or the credential scope do not belong to this request.")
	}
	scope := date + "/" + service + "/tc3_request"
	toSign := tc3Scheme + "\n" + stamp + "\n" + scope + "\n" + sha256hex([]byte(tc3Canonical(r, names, body)))
	want := tc3Sign(key, date, service, toSign)
	if subtle.ConstantTimeCompare([]byte(want), []byte(signature)) != 1 {
		return refuse("AuthFailure.SignatureFailure", "The provided credentials could not be validated. Please check your signature is correct.")
	}
	return nil
}

// tc3Canonical spells the request as both sides sign it.
func tc3Canonical(r *http.Request, names []string, body []byte) string {
	var b strings.Builder
	b.WriteString(r.Method + "\n/\n" + tc3Query(r.URL.Query()) + "\n")
	for _, n := range names {
		v := r.Header.Get(n)
		if n == "host" {
			v = r.Host
		}
		b.WriteString(n + ":" + strings.ToLower(strings.TrimSpace(v)) + "\n")
	}
	b.WriteString("\n" + strings.Join(names, ";") + "\n" + sha256hex(body))
	return b.String()
}

func tc3Query(q url.Values) string { return strings.ReplaceAll(q.Encode(), "+", "%20") }

func tc3Sign(key, date, service, toSign string) string {
	k := hmac256([]byte("TC3"+key), date)
	k = hmac256(k, service)
	k = hmac256(k, "tc3_request")
	return hex.EncodeToString(hmac256(k, toSign))
}

func hmac256(key []byte, msg string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(msg))
	return h.Sum(nil)
}

func sha256hex(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}
