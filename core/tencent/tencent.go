// Package tencent signs requests to Tencent Cloud's API 3.0 with TC3-HMAC-SHA256
// (签名方法 v3, https://cloud.tencent.com/document/api/213/30654): the text messages
// of channels/sms and the identity check of core/realname.
//
// It must not send anything, read an answer, or know what the services are for.
package tencent

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// ContentType is what a signed request must say its body is: it is signed too.
const ContentType = "application/json; charset=utf-8"

const algorithm = "TC3-HMAC-SHA256"

// Account is who asks which service.
type Account struct {
	ID, Secret string // the account's key pair
	Service    string // "sms", "faceid"
	Version    string // of the service's API, "2021-01-11"
	Host       string // as the request will name it
}

// Headers are all headers of one POST of body to "/", at the machine's own time: the
// service refuses what is five minutes off.
func (a Account) Headers(action string, body []byte, at time.Time) map[string]string {
	return map[string]string{
		"Content-Type": ContentType, "X-TC-Action": action, "X-TC-Version": a.Version,
		"X-TC-Timestamp": strconv.FormatInt(at.Unix(), 10), "Authorization": a.authorize(action, body, at),
	}
}

func (a Account) authorize(action string, body []byte, at time.Time) string {
	const signed = "content-type;host;x-tc-action" // in the order of their names, the values in lower case
	canonical := "POST\n/\n\ncontent-type:" + ContentType + "\nhost:" + a.Host + "\nx-tc-action:" + strings.ToLower(action) +
		"\n\n" + signed + "\n" + sum(body)
	day := at.UTC().Format(time.DateOnly)
	scope := day + "/" + a.Service + "/tc3_request"
	text := algorithm + "\n" + strconv.FormatInt(at.Unix(), 10) + "\n" + scope + "\n" + sum([]byte(canonical))
	key := mac(mac(mac([]byte("TC3"+a.Secret), day), a.Service), "tc3_request")
	return algorithm + " Credential=" + a.ID + "/" + scope + ", SignedHeaders=" + signed + ", Signature=" + hex.EncodeToString(mac(key, text))
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

func sum(b []byte) string {
	digest := sha256.Sum256(b)
	return hex.EncodeToString(digest[:])
}
