package channels

import (
	"fmt"
	"html"
	"net/http"
)

// Lost answers an address that leads nowhere: in Chinese, with the way home. home is
// a path of this host, word what is there.
func Lost(home, word string) http.Handler {
	page := fmt.Sprintf(`<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">`+
		`<title>没有这一页</title></head><body><h1>没有这一页</h1><p>网址可能打错了。</p><p><a href="%s">%s</a></p></body></html>`, html.EscapeString(home), html.EscapeString(word))
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(page)) // who has gone needs no page
	})
}
