"""What a developer's machine needs: servers, the demo, the checks. Nothing here ships."""
