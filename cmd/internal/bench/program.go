package bench

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"time"
)

// launch starts a program that ends with its standard input, its words going to a file.
func launch(cmd *exec.Cmd, words string) (life io.Closer, ended chan struct{}, err error) {
	log, err := os.OpenFile(words, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, err
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	if life, err = cmd.StdinPipe(); err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	ended = make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	return life, ended, nil
}

// end lets a program come to its end, or kills it.
func end(ctx context.Context, cmd *exec.Cmd, life io.Closer, ended <-chan struct{}) {
	if life == nil || ended == nil {
		return
	}
	life.Close()
	select {
	case <-ended:
	case <-ctx.Done():
		_ = cmd.Process.Kill()
		<-ended
	}
}

// answers waits until an address says that its program is ready.
func answers(ctx context.Context, url string, ended <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		if response, err := http.DefaultClient.Do(request); err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ended:
			return fmt.Errorf("the program ended")
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}
