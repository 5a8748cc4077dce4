package channels

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"lianou/core"
	"lianou/core/casefile"
)

// WriteTagged answers a GET under a tag of its bytes (RFC 9110, 8.8.3), or says that the
// client has it. The answer is one's own: no cache on the way may keep it, the client does
// as it sees fit.
func WriteTagged(w http.ResponseWriter, r *http.Request, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		WriteProblem(w, r, core.E(core.KindInternal, "encode", ""))
		return
	}
	sum := sha256.Sum256(body)
	if tagged(w, r, hex.EncodeToString(sum[:12])) {
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(append(body, '\n')) // the client went away: nothing left to tell it
}

// tagged names what a request gets, and reports whether the client has it already: then
// it was told so.
func tagged(w http.ResponseWriter, r *http.Request, name string) bool {
	tag := `"` + name + `"`
	w.Header().Set("ETag", tag)
	if r.Method != http.MethodGet || !matches(r.Header.Get("If-None-Match"), tag) {
		return false
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNotModified)
	return true
}

// matches reports whether If-None-Match names a tag (RFC 9110, 13.1.2: compared weakly).
func matches(header, tag string) bool {
	for one := range strings.SplitSeq(header, ",") {
		if one = strings.TrimPrefix(strings.TrimSpace(one), "W/"); one == tag || one == "*" {
			return true
		}
	}
	return false
}

// errTwoKeys is a request whose header and body name two keys.
var errTwoKeys = core.Invalid("key", "这张表的编号前后不一样,请关掉重新打开再填。")

// IdempotencyKey is the key of a request that may be sent again, "" for none: the header
// of draft-ietf-httpapi-idempotency-key, a quoted string, which clients send bare as well.
func IdempotencyKey(r *http.Request) string {
	h := strings.TrimSpace(r.Header.Get("Idempotency-Key"))
	if n := len(h); n > 1 && h[0] == '"' && h[n-1] == '"' {
		return h[1 : n-1]
	}
	return h
}

// oneKey is the key that the header and the body agree on.
func oneKey(header, body string) (string, error) {
	switch {
	case header == "":
		return body, nil
	case body == "" || body == header:
		return header, nil
	}
	return "", errTwoKeys
}

// pageOf is how many applications one answer lists.
const pageOf = 20

// pageAfter cuts a list to what comes after a receipt, and gives the receipt that the
// next page begins after, "" at the end. A receipt that is not in the list is KindInvalid:
// to begin again would show what was shown.
func pageAfter(list []casefile.Status, after core.Receipt) (page []casefile.Status, next core.Receipt, err error) {
	if after != "" {
		i := slices.IndexFunc(list, func(s casefile.Status) bool { return s.Receipt == after })
		if i < 0 {
			return nil, "", core.Invalid("after", "这一页过时了,请从头再看。")
		}
		list = list[i+1:]
	}
	if len(list) > pageOf {
		list = list[:pageOf]
		next = list[pageOf-1].Receipt
	}
	return list, next, nil
}

// linkNext names the next page (RFC 8288), relative to the address that was asked.
func linkNext(w http.ResponseWriter, next core.Receipt) {
	if next != "" {
		w.Header().Set("Link", "<?after="+url.QueryEscape(string(next))+`>; rel="next"`)
	}
}
