"""What Usher takes of libraries without their promise. A test that fails names the file of ours to look at."""
