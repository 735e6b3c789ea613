"""Private parts of libraries that Usher relies on. A test that fails names the file of ours to look at."""
