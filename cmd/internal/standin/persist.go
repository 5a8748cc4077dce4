package standin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// snapshot is everything that survives a restart. Faults do not: a new start is
// a good day.
type snapshot struct {
	WeChat   wechatState   `json:"wechat"`
	Cloud    cloudState    `json:"cloud"`
	Bank     bankState     `json:"bank"`
	Exchange exchangeState `json:"exchange"`
}

func (s *Server) file() string { return filepath.Join(s.cfg.DataDir, "standin.json") }

func (s *Server) load() error {
	if s.cfg.DataDir == "" {
		return nil
	}
	raw, err := os.ReadFile(s.file())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the stand-ins' state: %w", err)
	}
	var snap snapshot
	if err := json.Unmarshal(raw, &snap); err != nil {
		return fmt.Errorf("read the stand-ins' state %s: %w", s.file(), err)
	}
	s.wechat.restore(snap.WeChat)
	s.cloud.restore(snap.Cloud)
	s.bank.restore(snap.Bank)
	s.exchange.restore(snap.Exchange)
	return nil
}

// save writes the state beside the old file and renames it over.
func (s *Server) save() error {
	if s.cfg.DataDir == "" || !s.dirty.Swap(false) {
		return nil
	}
	raw, err := json.Marshal(snapshot{s.wechat.state(), s.cloud.state(), s.bank.state(), s.exchange.state()})
	if err != nil {
		return fmt.Errorf("encode the stand-ins' state: %w", err)
	}
	if err := os.MkdirAll(s.cfg.DataDir, 0o700); err != nil {
		return fmt.Errorf("keep the stand-ins' state: %w", err)
	}
	if err := os.WriteFile(s.file()+".new", raw, 0o600); err != nil {
		return fmt.Errorf("keep the stand-ins' state: %w", err)
	}
	return os.Rename(s.file()+".new", s.file())
}

// keep saves once a second while there is something to save.
func (s *Server) keep(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := s.save(); err != nil {
				s.cfg.Log.ErrorContext(ctx, "stand-in state", "error", err)
			}
		}
	}
}
