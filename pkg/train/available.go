package train

import (
	"bufio"
	"bytes"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// availableMemory is how many bytes more the process can have: what the system has free or can free, and no more than its
// control groups leave, of version 1 or 2, each with all its parents. root is the file system's root.
func availableMemory(root fs.FS) (free int64, known bool) {
	for _, room := range append(groupRooms(root), systemRoom(root)...) {
		if !known || room < free {
			free, known = room, true
		}
	}
	return max(free, 0), known
}

// systemRoom is what the kernel says is available, if it does.
func systemRoom(root fs.FS) []int64 {
	raw, err := fs.ReadFile(root, "proc/meminfo")
	if err != nil {
		return nil
	}
	if kib, ok := field(raw, "MemAvailable:"); ok {
		return []int64{kib << 10}
	}
	return nil
}

// groupFiles are the names that a version of control groups gives its numbers.
type groupFiles struct{ mount, limit, usage, cache string }

var groupVersions = map[bool]groupFiles{
	false: {mount: "sys/fs/cgroup/memory", limit: "memory.limit_in_bytes", usage: "memory.usage_in_bytes", cache: "total_inactive_file"},
	true:  {mount: "sys/fs/cgroup", limit: "memory.max", usage: "memory.current", cache: "inactive_file"},
}

// groupRooms is what each control group around the process leaves below its limit.
func groupRooms(root fs.FS) []int64 {
	raw, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return nil
	}
	var rooms []int64
	for scan := bufio.NewScanner(bytes.NewReader(raw)); scan.Scan(); {
		parts := strings.SplitN(scan.Text(), ":", 3) // number, controllers, path
		if len(parts) != 3 || !(parts[1] == "" || strings.Contains(","+parts[1]+",", ",memory,")) {
			continue
		}
		files := groupVersions[parts[1] == ""]
		// In a container the path may be the host's, of which nothing is mounted but the end.
		for group := path.Clean("/" + parts[2]); ; group = path.Dir(group) {
			if room, ok := files.room(root, path.Join(files.mount, group)); ok {
				rooms = append(rooms, room)
			}
			if group == "/" {
				break
			}
		}
	}
	return rooms
}

// room is what a group leaves, counting as free what it holds of files that nobody uses. A group without a limit has none.
func (f groupFiles) room(root fs.FS, dir string) (int64, bool) {
	limit, limited := number(root, path.Join(dir, f.limit))
	usage, used := number(root, path.Join(dir, f.usage))
	if !limited || !used {
		return 0, false
	}
	if stat, err := fs.ReadFile(root, path.Join(dir, "memory.stat")); err == nil {
		cache, _ := field(stat, f.cache)
		usage -= cache
	}
	return limit - usage, true
}

// number reads a file that holds one number.
func number(root fs.FS, name string) (int64, bool) {
	raw, err := fs.ReadFile(root, name)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(raw)), 10, 64) // "max" is none
	return n, err == nil
}

// field finds the number behind a line's first word.
func field(raw []byte, name string) (int64, bool) {
	for line := range bytes.Lines(raw) {
		if words := bytes.Fields(line); len(words) >= 2 && string(words[0]) == name {
			n, err := strconv.ParseInt(string(words[1]), 10, 64)
			return n, err == nil
		}
	}
	return 0, false
}
