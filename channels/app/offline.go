package app

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
)

// offlinePage is the empty form that a device keeps for when there is no network. It holds
// nothing of anybody: the device asks for it without its cookies.
func (c *Channel) offlinePage(w http.ResponseWriter, r *http.Request) {
	v := c.emptyForm("")
	v.Offline = true
	v.Values["form/contact.capacity"] = "self"
	c.show(packing(w, r), r, http.StatusOK, "apply", view{Title: "求助登记", Away: true, Data: v})
}

// awayPage stands in for every other page where there is no network: the device shows on it
// what it has seen of the address, or it says what can be done without one. It holds nothing
// of anybody either.
func (c *Channel) awayPage(w http.ResponseWriter, r *http.Request) {
	c.show(packing(w, r), r, http.StatusOK, "away", view{Title: "现在没有网", Away: true})
}

// worker is the service worker. It stands at the top, for it serves only what lies below
// it; its version changes with what it keeps.
func (c *Channel) worker(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-cache")
	c.pages.worker.serve(w, r)
}

// readWorker names the version of what the service worker keeps.
func readWorker() (asset, error) {
	sum := sha256.New()
	for _, files := range []fs.FS{static, templates} {
		err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			raw, err := fs.ReadFile(files, path)
			_, _ = fmt.Fprintf(sum, "%s %d\n%s", path, len(raw), raw) // a hash takes everything
			return err
		})
		if err != nil {
			return asset{}, fmt.Errorf("read the service worker: %w", err)
		}
	}
	raw, err := static.ReadFile("static/sw.js")
	if err != nil {
		return asset{}, fmt.Errorf("read the service worker: %w", err)
	}
	version := hex.EncodeToString(sum.Sum(nil)[:6])
	return newAsset("sw.js", []byte(strings.Replace(string(raw), "VERSION", version, 1)))
}

// tag tells one account from another on one device, so that a form kept there is not sent
// in another's name. It is of the account's number and of no use elsewhere.
func (c *Channel) tag(r *http.Request) string {
	cookie, err := r.Cookie(tokenCookie)
	if err != nil {
		return ""
	}
	who, err := c.env.Citizens.VerifyForSubmit(cookie.Value) // five minutes are over sooner than a page is left
	if err != nil {
		return ""
	}
	sum := sha256.Sum256([]byte("app draft\n" + who.ID))
	return hex.EncodeToString(sum[:8])
}

// invitation is what is passed on to the family. The address is the configured one: the
// Host header is whatever the client wrote, and must not be sent on in our words.
func (c *Channel) invitation() string {
	if c.cfg.PublicURL == "" {
		return "德州的救助,填一次,能办的都看一遍。不会用就打 12345。"
	}
	return "德州的救助,在这里报:" + strings.TrimSuffix(c.cfg.PublicURL, "/") + "/c/app/ 填一次,能办的都看一遍。不会用就打 12345。"
}
