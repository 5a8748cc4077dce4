package app

import (
	"bytes"
	"compress/gzip"
	"embed"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"path"
	"strings"

	"lianou/channels/look"
)

//go:embed static
var static embed.FS

// asset is a file that is the same for everybody, also packed: a page must come over a
// village's network. Pages themselves are not packed: what somebody typed stands in them
// beside what others may not learn, and lengths tell.
type asset struct {
	mime        string
	raw, packed []byte
}

func newAsset(name string, raw []byte) (asset, error) {
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err == nil {
		_, err = z.Write(raw)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		return asset{}, fmt.Errorf("pack %s: %w", name, err)
	}
	kind := mime.TypeByExtension(path.Ext(name))
	if path.Ext(name) == ".js" {
		kind = "text/javascript; charset=utf-8" // not every machine's table has it
	}
	return asset{kind, raw, packed.Bytes()}, nil
}

func readAssets() (map[string]asset, error) {
	list, err := static.ReadDir("static")
	if err != nil {
		return nil, fmt.Errorf("read the static files: %w", err)
	}
	out := map[string]asset{}
	for _, f := range list {
		raw, err := static.ReadFile("static/" + f.Name())
		if err != nil {
			return nil, fmt.Errorf("read the static files: %w", err)
		}
		if out[f.Name()], err = newAsset(f.Name(), raw); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (a asset) serve(w http.ResponseWriter, r *http.Request) {
	body := a.raw
	h := w.Header()
	h.Set("Content-Type", a.mime)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = a.packed
	}
	_, _ = w.Write(body) // the client went away: nothing left to tell it
}

func (c *Channel) staticFile(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "public, max-age=3600")
	if r.PathValue("file") == look.File {
		look.Serve(w, r)
		return
	}
	a, ok := c.pages.assets[r.PathValue("file")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	a.serve(w, r)
}

// packing packs a page for who is nobody to us: without cookies nothing of anybody stands
// in it.
func packing(w http.ResponseWriter, r *http.Request) http.ResponseWriter {
	if len(r.Cookies()) > 0 || !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		return w
	}
	return packer{w}
}

// packer packs what is written in one piece.
type packer struct{ http.ResponseWriter }

func (p packer) WriteHeader(status int) {
	p.Header().Set("Content-Encoding", "gzip")
	p.Header().Add("Vary", "Accept-Encoding, Cookie")
	p.ResponseWriter.WriteHeader(status)
}

func (p packer) Write(b []byte) (int, error) {
	z := gzip.NewWriter(p.ResponseWriter)
	n, err := z.Write(b)
	return n, errors.Join(err, z.Close())
}
