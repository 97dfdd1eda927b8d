"""Files of messages: fetched or uploaded, looked at in children with limits, stored, served."""
