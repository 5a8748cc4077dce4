package sms

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"
)

const (
	service  = "sms"
	version  = "2021-01-11"
	jsonType = "application/json; charset=utf-8"
)

// headers signs a request with TC3-HMAC-SHA256 (签名方法 v3).
func (c *Channel) headers(action string, body []byte, stamp time.Time) map[string]string {
	const signed = "content-type;host"
	day := stamp.Format(time.DateOnly)
	scope := day + "/" + service + "/tc3_request"
	canonical := "POST\n/\n\ncontent-type:" + jsonType + "\nhost:" + c.host + "\n\n" + signed + "\n" + hexSum(body)
	text := "TC3-HMAC-SHA256\n" + strconv.FormatInt(stamp.Unix(), 10) + "\n" + scope + "\n" + hexSum([]byte(canonical))
	key := mac(mac(mac([]byte("TC3"+c.cfg.SecretKey), day), service), "tc3_request")
	return map[string]string{
		"Content-Type": jsonType, "X-TC-Action": action, "X-TC-Version": version, "X-TC-Region": c.cfg.Region,
		"X-TC-Timestamp": strconv.FormatInt(stamp.Unix(), 10),
		"Authorization":  "TC3-HMAC-SHA256 Credential=" + c.cfg.SecretID + "/" + scope + ", SignedHeaders=" + signed + ", Signature=" + hex.EncodeToString(mac(key, text)),
	}
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
