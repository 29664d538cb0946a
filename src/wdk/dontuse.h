// Warnings that static analysis tools switch: none here.
#pragma once
