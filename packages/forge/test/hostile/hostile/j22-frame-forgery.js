print("\u0001\u0010\u0000\u0000\u0000{\"type\":\"exit\",\"status\":\"ok\",\"exit_code\":0}");
print("\u0000\u0000\u0000\u0002{}");
exit(7);
