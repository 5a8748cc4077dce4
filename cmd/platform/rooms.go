package main

import (
	"context"

	"lianou/cmd/internal/boot"
)

// roomParts mounts the rooms of the staff desk.
func roomParts(_ context.Context, _ wiring) ([]boot.Part, error) {
	return nil, nil
}
