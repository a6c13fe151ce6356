package paint

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"golang.org/x/image/font/sfnt"
)

// Some fonts that are in wide use, WenQuanYi Micro Hei among them, have tables that do not begin at a multiple of four
// bytes. Every other program reads them, package sfnt does not. aligned shows it the same tables where it wants them.

const (
	collectionTag  = 0x74746366 // "ttcf"
	maxTables      = 256
	directoryHead  = 12
	directoryEntry = 16
)

var errDamaged = errors.New("the font is damaged")

// aligned returns the n-th font of a file, or of a file with just one, with its tables moved.
func aligned(src io.ReaderAt, n int) (*sfnt.Font, error) {
	start, err := beginning(src, n)
	if err != nil {
		return nil, err
	}
	head, err := bytesAt(src, start, directoryHead)
	if err != nil {
		return nil, err
	}
	tables := int(binary.BigEndian.Uint16(head[4:]))
	if tables == 0 || tables > maxTables {
		return nil, errDamaged
	}
	directory, err := bytesAt(src, start+directoryHead, tables*directoryEntry)
	if err != nil {
		return nil, err
	}
	m := moved{src: src, head: append(head, directory...)}
	at := int64(len(m.head))
	for i := range tables {
		entry := m.head[directoryHead+i*directoryEntry:]
		offset, length := binary.BigEndian.Uint32(entry[8:]), binary.BigEndian.Uint32(entry[12:])
		at = (at + 3) &^ 3
		if at > 1<<30 {
			return nil, errDamaged
		}
		m.tables = append(m.tables, span{at: at, from: int64(offset), size: int64(length)})
		binary.BigEndian.PutUint32(entry[8:], uint32(at))
		at += int64(length)
	}
	f, err := sfnt.ParseReaderAt(m)
	if err != nil {
		return nil, fmt.Errorf("read font with its tables aligned: %w", err)
	}
	return f, nil
}

// beginning is where the directory of the n-th font begins.
func beginning(src io.ReaderAt, n int) (int64, error) {
	head, err := bytesAt(src, 0, 12)
	if err != nil {
		return 0, err
	}
	if binary.BigEndian.Uint32(head) != collectionTag {
		return 0, nil
	}
	if uint32(n) >= binary.BigEndian.Uint32(head[8:]) {
		return 0, errDamaged
	}
	offset, err := bytesAt(src, 12+4*int64(n), 4)
	if err != nil {
		return 0, err
	}
	return int64(binary.BigEndian.Uint32(offset)), nil
}

func bytesAt(src io.ReaderAt, at int64, n int) ([]byte, error) {
	out := make([]byte, n)
	if got, err := src.ReadAt(out, at); got < n {
		return nil, fmt.Errorf("read font: %w", err)
	}
	return out, nil
}

// moved is a font file made of parts of another.
type moved struct {
	src    io.ReaderAt
	head   []byte // stands at the beginning
	tables []span // in the order of at
}

type span struct{ at, from, size int64 }

// ReadAt reads across the head, the tables, and the gaps between them, which are zero.
func (m moved) ReadAt(b []byte, off int64) (int, error) {
	clear(b)
	if off < int64(len(m.head)) {
		copy(b, m.head[off:])
	}
	last, end := int64(len(m.head)), off+int64(len(b))
	for _, t := range m.tables {
		last = max(last, t.at+t.size)
		from, to := max(off, t.at), min(end, t.at+t.size)
		if from >= to {
			continue
		}
		if n, err := m.src.ReadAt(b[from-off:to-off], t.from+from-t.at); int64(n) < to-from {
			return int(from-off) + n, err
		}
	}
	if end > last {
		return int(max(0, last-off)), io.EOF
	}
	return len(b), nil
}
