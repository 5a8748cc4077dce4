package boot

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
)

// Background makes a part of a function that runs until its context ends. When it
// returns before that, the program stops with its error.
func Background(name string, run func(context.Context) error) Part {
	failed, done := make(chan error, 1), make(chan struct{})
	ctx, cancel := context.WithCancel(context.Background())
	return Part{
		Name: name, Failed: failed,
		Start: func(context.Context) error {
			go func() {
				defer close(done)
				err := run(ctx)
				if ctx.Err() == nil && err == nil {
					err = errors.New("it returned before it was told to")
				}
				if err != nil && !errors.Is(err, context.Canceled) {
					failed <- err
				}
			}()
			return nil
		},
		Stop: func(stopping context.Context) error {
			cancel()
			select {
			case <-done:
				return nil
			case <-stopping.Done():
				return stopping.Err()
			}
		},
	}
}

// KeyPath is this program's key file: the configured one, or its name in the data
// folder.
func KeyPath(cfg *Config, name string) string {
	if cfg.KeyFile != "" {
		return cfg.KeyFile
	}
	return filepath.Join(cfg.DataDir, "keys", name)
}

// BlobURL is the store of recordings and documents: the configured one, or a
// folder of the data folder.
func BlobURL(cfg *Config) (string, error) {
	if cfg.BlobURL != "" {
		return cfg.BlobURL, nil
	}
	dir, err := filepath.Abs(filepath.Join(cfg.DataDir, "blob"))
	return "file://" + filepath.ToSlash(dir), err
}

// TLS reports whether people reach a program by this address over TLS only, so
// that its cookies may say so.
func TLS(url string) bool { return strings.HasPrefix(url, "https://") }
