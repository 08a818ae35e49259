package train

import (
	"bufio"
	"bytes"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// availableMemory is how many bytes more the process can allocate: the least of what the system has available and what each control
// group around the process, of version 1 or 2, leaves below its limit. root is the root of the file system.
func availableMemory(root fs.FS) (free int64, known bool) {
	for _, headroom := range append(groupHeadrooms(root), systemHeadroom(root)...) {
		if !known || headroom < free {
			free, known = headroom, true
		}
	}
	return max(free, 0), known
}

// systemHeadroom is the kernel's MemAvailable, if it states one.
func systemHeadroom(root fs.FS) []int64 {
	raw, err := fs.ReadFile(root, "proc/meminfo")
	if err != nil {
		return nil
	}
	if kib, ok := field(raw, "MemAvailable:"); ok {
		return []int64{kib << 10}
	}
	return nil
}

// groupFiles are a control group version's mount point and the names of its files and of the key in memory.stat.
type groupFiles struct{ mount, limit, usage, cache string }

var groupVersions = map[bool]groupFiles{
	false: {mount: "sys/fs/cgroup/memory", limit: "memory.limit_in_bytes", usage: "memory.usage_in_bytes", cache: "total_inactive_file"},
	true:  {mount: "sys/fs/cgroup", limit: "memory.max", usage: "memory.current", cache: "inactive_file"},
}

// groupHeadrooms is what each control group around the process leaves below its limit.
func groupHeadrooms(root fs.FS) []int64 {
	raw, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return nil
	}
	var headrooms []int64
	for scan := bufio.NewScanner(bytes.NewReader(raw)); scan.Scan(); {
		parts := strings.SplitN(scan.Text(), ":", 3) // number, controllers, path
		if len(parts) != 3 || !(parts[1] == "" || strings.Contains(","+parts[1]+",", ",memory,")) {
			continue
		}
		files := groupVersions[parts[1] == ""]
		// In a container the path may be the host's, of which only the last part is mounted.
		for group := path.Clean("/" + parts[2]); ; group = path.Dir(group) {
			if headroom, ok := files.headroom(root, path.Join(files.mount, group)); ok {
				headrooms = append(headrooms, headroom)
			}
			if group == "/" {
				break
			}
		}
	}
	return headrooms
}

// headroom is what a group leaves below its limit; inactive file cache counts as free. A group without a limit has none.
func (f groupFiles) headroom(root fs.FS, dir string) (int64, bool) {
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

// number reads a file that holds one number, or "max", which is none.
func number(root fs.FS, name string) (int64, bool) {
	raw, err := fs.ReadFile(root, name)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(raw)), 10, 64)
	return n, err == nil
}

// field returns the number that follows a name at the start of a line.
func field(raw []byte, name string) (int64, bool) {
	for line := range bytes.Lines(raw) {
		if words := bytes.Fields(line); len(words) >= 2 && string(words[0]) == name {
			n, err := strconv.ParseInt(string(words[1]), 10, 64)
			return n, err == nil
		}
	}
	return 0, false
}
